"""Posts that stand beside alerts and must not wake anybody: deploy notices, tests, heartbeats, digests, talk.

By words in the title and first lines, and by what kind of tool sends. A state that the sender states
outright ("[FIRING:1]", "State: ALARM") outweighs all but tests, heartbeats and the senders of changes.
"""

import re

from bot.senders.loudness import names_exception
from bot.senders.post import Post
from bot.senders.reading import Kind
from bot.senders.standing import Standing, Strength, head_lines, is_any_card
from bot.senders.words import either

_HEARTBEAT = re.compile(
    r"(?:^|[\]\s:*`])(?:watchdog|dead[ _-]?man'?s?[ _-]?(?:switch|snitch)|infoinhibitor|always[ _-]?firing)\b",
    re.IGNORECASE,
)
_TEST = re.compile(
    r"(?:^|[\]\s:*`(“\"])(?:test\s?alert|test[ _-](?:notification|message|event|incident|alarm|page))\b"
    r"|\[(?:test|drill|exercise|game ?day)\]|^\W*(?:drill|exercise|game ?day)\W*:"
    r"|\bthis is (?:just |only )?an? (?:drill|exercise)\b"
    r"|\bthis is (?:just |only )?an? (?:\w+ )?test\b"
    r"|\b(?:notification test|slack testing|testing (?:slack|webhook|the integration|your integration))\b"
    r"|\btest(?:ing)? (?:of|from) (?:the )?\w+ (?:integration|webhook|notification)\b"
    r"|\b(?:example|sample|dummy) (?:notification|alert)\b"
    r"|\byour (?:slack )?integration (?:is|was) (?:working|set up|configured)\b",
    re.IGNORECASE,
)
_CHANGE_SENDERS = either(
    "github", "gitlab", "bitbucket", "jenkins", "circleci", "travis", "buildkite", "teamcity", "drone", "spinnaker",
    "octopus", "harness", "argo ?(?:cd|rollouts)", "flux", "launchdarkly", "vercel", "netlify", "semaphore",
    "terraform", "atlantis", "codefresh", "azure ?(?:devops|pipelines)", r"deploy\w*", r"releases?(?:bot)?", "ci",
    "ci/cd", "cd", "codepipeline", "renovate", "dependabot",
)  # fmt: skip
_CHANGE = either(
    r"deploy(?:ed|ing)",
    r"deployment (?:to|of|for|in|started|succeeded|failed|finished|completed|queued|was|#\d)",
    r"deploy (?:to|of|for|started|succeeded|failed|finished|completed|#\d)",
    r"(?:started|finished|completed|new|successful|failed) deploy(?:ment)?",
    r"released?\s+v?\d[\w.]*",
    r"new release",
    r"release (?:published|created|v?\d[\w.]*)",
    r"rolled (?:out|back)",
    r"rollout (?:of|to|started|complete|completed|finished)",
    r"rollback (?:of|to|complete|completed)",
    r"pull request|merge request|merged|pushed \d+|new commits?|\d+ (?:new )?commits?",
    r"build #?\d+|build (?:passed|failed|succeeded|started|broken|fixed)",
    r"pipeline #?\d+|pipeline (?:passed|failed|succeeded|started|for)",
    r"workflow (?:run )?(?:\S+ )?(?:passed|failed|succeeded|started|completed)",
    r"(?:unit |e2e )?tests? (?:passed|failed)",
    r"feature flag|flag \S+ (?:was )?(?:turned|toggled|enabled|disabled)|turned (?:on|off) the flag",
    r"(?:config(?:uration)?|schema|dns|firewall|network) (?:changes?|changed|updated|applied)",
    r"terraform (?:apply|plan)|migrations? (?:\S+ )?(?:applied|ran|finished)",
    r"synced successfully|successfully synced|sync succeeded",
)
_TALK_SENDERS = either(
    "jira(?! service management)",
    "trello", "asana", "linear", "zendesk", "notion", "confluence", "google (?:calendar|drive|docs)", "outlook",
    "calendar", "polly", "geekbot", "standuply", "donut", "simple poll", "hubspot", "salesforce", "intercom", "figma",
    "typeform", "zoom", "loom", "giphy", "rss", "twitter", "survey", "standup", "hr", "lunch", "bamboohr", "stripe",
    "workday", "clickup", "monday", "miro", "greenhouse", "google forms", "vanta", "drata", "freshdesk",
    "mailchimp", "snyk", "semgrep",
    "sonar(?:cloud|qube)?", "codecov", "markets?", "stocks?", "crypto",
    "sports?", "sales(?:[- ]?(?:ops|bot))?", "kudos", "coffee", "office", "facilities", "weather",
)  # fmt: skip
_PERIOD = (
    r"(?:daily|weekly|monthly|hourly|quarterly|nightly|morning|evening)(?!-\w)"  # "hourly-report" is a job
)
_TALK = either(
    r"\d+ (?:open|active|current|unresolved) (?:alerts?|incidents?|issues?|problems?)\W*$|reminder:|recap:|tl;?dr",
    _PERIOD
    + r"\W+(?:\w+\W+){0,3}(?:report|digest|summary|recap|overview|stand-?up|review|stats|statistics|roundup"
    r"|status|brief|briefing|update)",
    r"(?:alerts?|incidents?|errors?|uptime|slo|on-?call) (?:summary|report|recap|statistics|stats)",
    r"summary (?:for|of) (?:the )?(?:last|past|week|day|today|yesterday|month)",
    r"(?:last|this|past) week(?:'s| in)",
    r"your (?:\w+ ){0,3}(?:report|dashboard|export) (?:\S+ ){0,4}is ready",
    r"stand-?up|poll:|anniversary|birthday|retro(?:spective)?|lunch|out of office",
    r"[\w-]+ report:|here (?:is|are) (?:the|your)",
    r"new (?:comment|message|ticket|lead|sign-?up|user|customer|order|review|candidate|version"
    r"|response|subscriber|member|hire|blog|post)",
    r"(?:is|are) now on[- ]call",
    r"on[- ]call (?:shift|rotation|hand-?(?:off|over)|schedule|change|now)|your (?:on-?call )?shift",
    r"(?:scheduled|planned|upcoming) (?:maintenance|downtime)",
    r"maintenance (?:window|mode|starts|started|begins|completed|finished|ended|scheduled|is scheduled)",
    r"downtime ?(?:start|schedul|end|cancel|creat|remov)\w*",
    r"(?:added|left|updated) (?:an? )?(?:note|comment|responder|status update)|commented on",
    r"no (?:\w+ )?(?:alerts?|incidents?|problems?|issues?|monitors?|errors?) (?:are |is |were )?(?:\w+ )?"
    r"(?:firing|open|active|found|detected)|nothing (?:is )?(?:firing|wrong|down|broken)",
    r"(?:open|active|firing|current) (?:alerts?|incidents?|issues?|problems?)\W{1,3}(?:0|none)",
    r"has joined|has left|set the channel|mentioned you|shared an?|uploaded an?|invited",
    r"monitor (?:was )?(?:created|edited|deleted|updated|modified|muted|unmuted)",
    r"dashboard (?:was )?(?:created|shared|updated)",
    r"post-?mortems?|write-?ups?|^budget (?:exceeded|reached|exhausted|alert)",
    r"quality gate (?:passed|failed)|code coverage|cost (?:anomal\w+|report|summary)|aws budgets?|tickets? #?\d+",
)
_PLAINLY = either(  # no state field makes an alert of these
    r"silences? (?:was |were )?(?:created|expired|deleted|updated|removed|added)",
    r"(?:alert(?:ing)?|recording) rules? (?:\S+ )?(?:was |were )?(?:created|updated|deleted|edited"
    r"|modified|paused|provisioned)",
    r"quality gate\W{0,3}(?:passed|failed)|vulnerabilit(?:y|ies) (?:found |detected )?in",
    r"new (?:(?:high|low|top|hot|urgent|qualified)[ -]?(?:priority )?)?(?:lead|deal|order|sign-?up"
    r"|customer|candidate|response)(?!-| time)",
    r"(?:incidents|alerts|outages) (?:today|yesterday|(?:this|last|per) (?:week|month|quarter|year))",
    r"all (?:of (?:the|our) )?(?:\d+ )?(?:checks|systems|services|monitors|tests|probes|jobs|backups|targets)"
    r" (?:are |is )?(?:now )?(?:passing|passed|up|healthy|ok|operational|green|good|succeeded)",
    r"(?:test|code) coverage|invoice #?\d+|(?:req|ritm|sctask)\d{4,}|(?:article|blog|post|guide) published"
    r"|chg-?\d+|change request",
    r"(?:contract|licen[cs]e|subscription|trial) (?:\S+ ){0,3}(?:expires|renews|ends|expired)",
    r"(?:account|customer|deal|renewal|project|goal)s? (?:is |are )?at risk",
    r"[\w.-]+/[\w.-]+\] (?:issue|pull request)|milestone|forecast:|session (?:opened|closed)",
    r"build (?:failed|passed|succeeded)",
    r"(?:incident|design|access|order) review|(?:useful|helpful)\?|restore test|tests? (?:of \S+ )?passed",
    r"answer:|action items?|post-?mortem (?:published|ready|for)|access request",
)
_RATED = re.compile("[★☆⭐]{3,}")  # a review of an app, whatever it complains of
_TALK_NOUNS = re.compile(  # services are called so as well: they count only where no state is told in words
    r"\b(?:reminder|digest|survey|invoice|subscription|trial|changelog|training|newsletter|dispute)s?(?![\w-])",
    re.IGNORECASE,
)
_STATUS_PAGE_SENDERS = either(
    "status ?pages?", "status ?gator", "is ?down", r"status[ _-](?:feed|rss|updates?)"
)
_STATUS_PAGE_LINK = re.compile(
    r"//(?:status\.[\w.-]+|(?:www\.)?[\w-]+status\.\w+|[\w.-]+\.statuspage\.io)/incidents?/", re.IGNORECASE
)
_TICKET_FIELDS = frozenset(
    {
        "assignee",
        "reporter",
        "requester",
        "ticket",
        "sprint",
        "story points",
        "due date",
        "issue type",
        "epic",
    }
)
_BUILD_FIELDS = frozenset({"commit", "branch", "pull request"})
_ASKED_FIELDS = frozenset("customer requester reporter author contact from company".split()) | {
    "requested by",
    "submitted by",
}
_ASKING = re.compile(r"^\W*(?:approve|reject|deny|decline)\b", re.IGNORECASE)
_HEALTH = either("degraded", "unhealthy", "health status")


def bystander(post: Post, found: Standing) -> Kind | None:
    """Return what sort of non-alert *post* is, or None when it may be an alert."""
    heads = head_lines(post)
    if any(_HEARTBEAT.search(line[:120]) for line in heads):
        return Kind.HEARTBEAT
    if any(_TEST.search(line) for line in [*heads, *post.lines[:12]]):
        return Kind.TEST
    # what a vendor tells its customers is for people; our own monitors tell us what it breaks
    if _STATUS_PAGE_SENDERS.search(post.sender) or _STATUS_PAGE_LINK.search(
        "\n".join((post.body, *post.urls))
    ):
        return Kind.TALK
    return (
        _of_changes(post, found, heads)
        if _CHANGE_SENDERS.search(post.sender)
        else _by_all(post, found, heads)
    )


def _of_changes(post: Post, found: Standing, heads: list[str]) -> Kind | None:
    graded = found.strength is Strength.TOKEN and "severity" in post.fields  # GitLab posts alerts too
    of_health = any(_HEALTH.search(text) for text in (*heads, *post.fields))
    return None if graded or of_health else Kind.CHANGE


def _by_all(post: Post, found: Standing, heads: list[str]) -> Kind | None:
    tracked = _TALK_SENDERS.search(post.sender) or len(_TICKET_FIELDS & post.fields.keys()) >= 2
    requested = found.strength < Strength.PHRASE and bool(_ASKED_FIELDS & post.fields.keys())
    asked = requested or any(_ASKING.match(button.label) for button in post.buttons)
    if tracked or asked or any(_PLAINLY.search(line) or _RATED.search(line) for line in heads):
        return Kind.TALK
    if _BUILD_FIELDS & post.fields.keys() and "severity" not in post.fields:
        return Kind.CHANGE
    told = found.strength >= Strength.TOKEN and not is_any_card(post, found)
    return None if told or names_exception(post) else _by_words(heads, found)


def _by_words(heads: list[str], found: Standing) -> Kind | None:
    named = found.strength < Strength.PHRASE and any(_TALK_NOUNS.search(line) for line in heads)
    if named or any(_TALK.search(line) for line in heads):
        return Kind.TALK
    return Kind.CHANGE if any(_CHANGE.search(line) for line in heads) else None
