"""Sentences and clauses of prose, and the words in them that deny, or tell of a trouble or of its end. Pure."""

import re

SENTENCE = re.compile(r"(?<=[.;!?])\s+")
CLAUSE = re.compile(r"[,;:.](?=\s)|\b(?:but|while|whereas|then)\b", re.IGNORECASE)
DENIED = re.compile(  # "not found" is what a log says
    r"\b(?:no|not(?! found)|none|nothing|nobody|never|neither|nor|cannot)\b|n['’]t\b", re.IGNORECASE
)
ILL = re.compile(
    r"\b(?:errors?|fail\w*|pending|crash\w*|down|unavailable|timeouts?|refused|not found|oom\w*|(?:Node)?NotReady|"
    r"not ready|unhealthy|kill\w*|restarted|[45]\d\ds?|problems?|issues?|symptoms?|blocked|outage|stuck)\b",
    re.IGNORECASE,
)
WELL = re.compile(
    r"\b(?:success\w*|succeed\w*|recovered|recovery|restored|repaired|resolved|mitigated|solved|fixed|healthy|normal\w*|"
    r"no longer|no (?:more )?errors?)\b",
    re.IGNORECASE,
)
