"""Sentences by which tools say that something burns, is taken, or is over ("has recovered", "went down").

Patterns alone: state.py decides in which lines of a post they count and which place outweighs which.
"""

import re

from bot.senders.words import Status, either

QUOTED = re.compile(r'"[^"\n]*\s[^"\n]*"|“[^”\n]*\s[^”\n]*”')
_OVER = either(
    r"back (?:up|online|to normal|in service)",
    r"(?:has|have|is|was|been|are)\s+(?:now\s+)?(?:been\s+)?(?:automatically\s+)?"
    r"(?:resolved|recovered|restored|closed|cleared|healthy|ok|up|normal|online|fixed)",
    r"(?:returned|went|is) back to (?:normal|ok)|returned to (?:normal|ok)|recovered|went up",
    r"(?:healthy|reachable|available|working|passing|reporting|responding|running|alive) again",
    r"came back|all clear|auto-?resolved|(?:resolved|closed) by",
    r"is: (?:ok|info)$",
    r"^(?:\w+ ){0,2}alert \S.{0,120}? (?:resolved|recovered|cleared)(?: (?:on|for|at|in)\b|\W*$)",
    r"is back(?: online)?\b(?! (?:to|in|from))",
    r"no longer (?:failing|firing|down|critical|alerting|active|breach\w*)",
    r"(?:alert|incident|issue|problem|alarm|event) (?:automatically )?(?:resolved|closed|cleared|recovered|ended)",
)
_TAKEN = either("acknowledged", "acked", "took ownership")
BURNING = either(
    r"(?:is|are|was|seems|went|has gone|has been|currently|still|now)\s+(?:now\s+|in\s+)?(?:firing|failing|critical"
    r"|down(?!\s+(?:by\s+)?[\d.]+\s?%)"
    r"|unhealthy|unreachable|offline|degraded|triggered|in alarm|alarm|alerting|breached|activated|unavailable"
    r"|not responding|late|crash looping|opened|ongoing)",
    r"^(?:\w+ ){0,2}alert \S.{0,120}? (?:triggered|fired)(?: (?:on|for|at|in)\b|\W*$|[:—–])",
    r"alert (?:triggered|fired|firing|opened|activated|started)",
    r"(?:incident|issue|problem|alarm|monitor) (?:is\s+)?(?:started|opened|created|triggered|activated|declared"
    r"|detected|failed)",
    r"(?:new|opened|triggered|started) (?:an? |new )?(?:critical |high |low )?(?:incident|alert|issue|problem"
    r"|error|alarm)",
    r"threshold (?:crossed|exceeded|breached)|crossed the threshold|violated",
    r"(?:disk|storage|volume|file ?system|partition|memory|table ?space|quota|pool)\b"
    r".{0,40}?\b(?:almost|nearly|[\d.]+ ?%) full",
    r"is: (?:crit|critical|warn|warning|alert)$|alert (?:for|on) \"\"",
    r"(?:has|did|does|was)(?: not|n't) (?:run|started?|finish(?:ed)?|check(?:ed)? in|report(?:ed)?|received?|seen)",
    r"(?:failing|down|unreachable|unhealthy|offline) (?:for|since) (?:the last |about )?\d",
    r"(?:certificate|cert|domain|tls|ssl)\b.{0,60}?\b(?:expires?|expiring|expired)",
    r"is (?:now )?(?:missing|stuck|stale|stalled|hung)|^failed to [a-z]+",
    r"(?:has|have) (?:just )?(?:gone|been) (?:missing|silent|quiet)|just triggered|is broken|broken for",
    r"^\S+(?: \S+){0,6} is active\W*$",
    r"(?:stopped|exited|terminated|restarted|died|crashed|closed|quit) unexpectedly",
    r"unexpectedly (?:stopped|exited|died|closed)",
    r"(?:was|were|got|been) (?:oom-?)?killed|failed over|search found \d+ (?:\w+ )?(?:matches|hits|events)"
    r"|\d+ (?:lines|logs|events|results|hits) matched|(?:is|not) being (?:rate[ -]?limited|throttled)|not reachable",
    r"(?:has |have |is )?(?:reached|exceeded|crossed|surpassed|hit|passed|breached) (?:the |its |an? )?(?:[\w.]+ )?"
    r"(?:threshold|limit|maximum|critical|quota|[\d.,]+ ?(?:%|ms|s|gb|mb)?)",
    r"than (?:usual|normal|expected|the baseline)|exited with (?:code|status) [1-9]\d*|unable to reach|cannot reach",
    r"(?:lost|missed|missing) (?:the )?heartbeat|heartbeat (?:lost|missed|missing)|lost (?:connection|contact)",
    r"you(?:'ve| have) been paged",
    r"(?<!\bbuild)(?<!\btests)(?<!\btest)(?<!\bdeploy)(?<!deployment)(?<!pipeline)(?<!payment)(?<!\bcard)(?<!\blogin)"
    r" failed(?=:| after | with (?:exit|error|status|code)| due to| for | at "
    r"| to (?:start|pull|connect|mount|schedule|load|sync|renew|send|write|read|reach|bind|resolve"
    r"|run|complete|process))",
    r"(?:above|over) (?:the |its )?(?:\w+ )?(?:threshold|limit)",
    r"(?:errors?|failures?|faults?|attack|crash|outage|leak|deadlock|corruption) "
    r"(?:\([^()]{1,40}\) )?(?:was |were )?detected",
    r"\d+ (?:of \d+ )?(?:services|hosts|checks|pods|nodes|targets|monitors) "
    r"(?:are )?(?:unhealthy|down|failing|unreachable)",
    r"(?:slo|sla|threshold|budget|objective) (?:is |was |has been )?(?:breached|violated|exhausted|burning)",
    r"abnormal(?:ly)? (?:rise|increase|drop|high|low|activity)|sudden (?:increase|rise|drop|spike|change)"
    r"|unusual(?:ly)? (?:high|low|rise|increase|drop|activity)|(?:regression|anomal(?:y|ies)|spike) detected"
    r"|at (?:its )?max(?:imum)? (?:replicas|capacity|connections)",
    r"(?:is|was) (?:more|less|greater|higher|lower) than",
    r"entered (?:an? )?(?:alert|alarm|critical|warning|error) (?:status|state)",
    r"no data|needs attention|has (?:failed|degraded|triggered|fired)"
    r"|running (?:high|low)|critically low|(?:was|has been|got|is) disconnected"
    r"|is not meeting its|resource limit matched|matches resource limit"
    r"|^\[[\w.-]+\] \S+ - \w+ failed\b| - failed \w+ test\b",
    r"(?:tasks?|jobs?|dags?|checks?|probes?|cron|cronjobs?|backups?|query|health ?checks?|monitors?"
    r"|(?<!test )runs?(?! #?\d)|flows?|steps?"
    r"|import|export|transfer|replication|snapshot|restore|renewal|drain\w*)\b.{0,60}?\b(?<!\b0 )failed",
    r"(?:entered|moved to|changed to|went into|transitioned to) (?:the )?(?:state )?(?:failed|crashed|critical|alarm"
    r"|error|down|degraded|unhealthy|firing|warning)",
    r"(?:alert|rule|alarm|monitor|policy|condition|trigger)\b.{1,120}?\bis (?:now )?(?:active|true|met)",
)
PHRASES = ((_OVER, Status.RESOLVED), (_TAKEN, Status.ACKNOWLEDGED))  # outweigh "is down" in the title
