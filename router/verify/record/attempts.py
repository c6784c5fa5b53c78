"""What is recorded of remedies: the words that name one, and those that have it tried in vain. Pure."""

import re

from router.verify.library import stems

REMEDY = frozenset(
    stems(
        "restart rollback roll back revert scale increase redeploy rollout upgrade update reboot flush clear "
        "delete purge failover flushall"
    )
)
_TROUBLE = r"(?:error|problem|fault|symptom|delay)s?"
IN_VAIN = re.compile(
    r"\b(?:(?:did|does|do|could|would|was|were|has|have|had|is) ?(?:not|n['’]?t)|cannot|never) (?:\w+ly )?"
    r"(?:help|work|fix|re?solv|solv|address|chang|cur|clear)\w*|"
    r"\b(?:no effect|made no difference|in vain|without success|unsuccessful\w*)\b|"
    rf"\b(?:the )?same {_TROUBLE}\b|\b{_TROUBLE} (?:was |were )?(?:unchanged|stayed)\b|"
    r"\b(?:remain|stay|still|continu|persist)\w*\b[^.;]*\b(?:despite|in spite of|even after)\b|"
    r"\bpersist(?:s|ed)\b[^.;]*\bafter\b",
    re.IGNORECASE,
)
