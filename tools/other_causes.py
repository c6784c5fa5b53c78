"""Hear when a report itself names a cause that no deployment brings about: another's outage, hardware, a hand, a crowd.

Reading of words, in kinds that recur in public post-mortems. A hint, never a proof: it only makes deployments less
suspect. Patterns name who and what happened to it; a bare name ("AWS load balancer answers 502") is no cause.
"""

import re

_OTHERS = (
    r"aws|amazon|azure|gcp|google cloud|s3|ec2|cloudflare|fastly|akamai|github|docker ?hub|okta|auth0|stripe|paypal|"
    r"twilio|let'?s encrypt|providers?|vendors?|third[- ]party|registrar|carrier|isp|upstream|supplier"
)
_HARDWARE = (
    r"hardware|disks?|drives?|ssds?|raid|nics?|dimms?|memory modules?|switch(?:es)?|routers?|racks?|cables?|"
    r"fib(?:re|er)|power supply|cooling|hosts?|hypervisors?"
)
_SOMEBODY = (
    r"(?:someone|somebody|"
    r"an? (?:operator|engineer|admin|colleague|customer|client|tenant|partner|contractor|team))"
)

_ROLLED_OUT = re.compile(
    r"\b(deployed|rolled out|upgraded|released|merged)\b|\b(after|since|with) (the|a|an|our|this|that|new|latest)"
    r"( \w+)? (deploy(ment)?|release|roll-?out|upgrade|version)\b",
    re.IGNORECASE,
)
_OTHER_CAUSES = (
    (
        re.compile(
            r"\b(availability zone|region|racks?)\b.{0,40}\b(power|down|outage|lost|unavailable)\b|"
            r"\b(429|too ?many ?requests)\b|\brate limit (was |has been )?(hit|reached|exceeded)|\bsecurity incident\b|"
            r"\b(password|credential|secret|key)s?\b.{0,40}\b(rotated|rotation|revoked|leaked)\b|\bno longer trusted\b",
            re.IGNORECASE,
        ),
        "trouble at somebody else's end",
    ),
    (
        re.compile(
            r"\b(has|have|had)? ?expired?\b|\bexpir(y|ation)\b|\b(certificate|licen[cs]e|domain|subscription|contract|"
            r"trial|token|credit|quota)s?\b.{0,50}\b(ran out|lapsed|ended|suspended|no longer valid)\b",
            re.IGNORECASE,
        ),
        "something that expired",
    ),
    (
        re.compile(
            rf"\b({_OTHERS})\b.{{0,40}}\b(outage|incident|degradation|status page|maintenance)\b|"
            rf"\b({_OTHERS})\b.{{0,30}}\b(reports?|shows?|announced|confirms?|suffers?|suspended|has|have|is|are)\b.{{0,40}}"
            r"\b(elevated|increased|down|unavailable|degraded|suspended|domain|errors?)\b|"
            r"\bdata ?cent(er|re)s?\b.{0,30}\b(outage|power)\b",
            re.IGNORECASE,
        ),
        "an outage elsewhere",
    ),
    (
        re.compile(
            rf"\b({_HARDWARE})\b.{{0,20}}\b(fail(ed|s|ure|ures|ing)?|faults?|faulty|died|broke|broken|cut|defect(ive)?)\b|"
            r"\bpower (loss|cut|outage)|\bkernel panics?\b|\bfirmware\b|\bleap second\b|"
            r"\bclocks?\b.{0,20}\b(jump|drift)",
            re.IGNORECASE,
        ),
        "failed hardware or its system",
    ),
    (
        re.compile(
            rf"\bby (hand|mistake|accident)\b|\baccidentally\b|\b{_SOMEBODY}\b.{{0,20}}\b(ran|deleted|dropped|created|"
            r"imported|uploaded|submitted|started|launched|restarted|typed|truncated|ordered|sent)\b|"
            r"\b(creat|start|submit|launch|import|upload)\w* (many )?(thousands|millions|\w+ million)\b",
            re.IGNORECASE,
        ),
        "what somebody did by hand",
    ),
    (
        re.compile(
            r"\b(ddos|traffic spike|flood of requests|crawlers?|bots?|scrap(er|ers|es|ing)|brute[- ]force|newsletter|"
            r"marketing|campaign|black friday|flash sale|tv (ad|spot)|went viral)\b|"
            r"\b(traffic|load|requests)\b.{0,30}\b(\w+fold|doubled|tripled|surged?|spiked?|unusually high)\b|"
            r"\b(doubled|tripled|surge in|spike in|unusually high) (the )?(traffic|load|requests)\b",
            re.IGNORECASE,
        ),
        "unusual traffic",
    ),
    (
        re.compile(
            r"\b(nightly|weekly|daily|monthly|scheduled|backup|cron|batch)\b.{0,12}\b(jobs?|tasks?|runs?|backups?|imports?|"
            r"exports?|reindex\w*|vacuum)\b|\b(full|filled up)\b.{0,12}\b(of|with|by)\b.{0,20}\b(logs?|dumps|backups|"
            r"snapshots)\b|\blog ?rotation\b",
            re.IGNORECASE,
        ),
        "housekeeping, or what filled up over time",
    ),
)


def other_cause(text: str) -> str:
    """Return what *text* names as a cause that no deployment brings about, in words, or an empty text.

    A report that itself speaks of something that was rolled out names none.
    """
    if _ROLLED_OUT.search(text):
        return ""
    return next((words_for_it for pattern, words_for_it in _OTHER_CAUSES if pattern.search(text)), "")
