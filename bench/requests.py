"""How well free text from people is labelled without a model, and how much is sent down to a cheaper task.

`python -m bench.requests --data DIR`: requests.jsonl with text, label, also_ok and context. Baselines: the
commonest label for everything, and one keyword list a label.
"""

import asyncio
from collections import Counter
from typing import Any

from bench.common import arguments, data_folder, print_result, print_table, read_jsonl
from bot.requests import Ask, understand
from bot.requests_ear import learn, shipped
from memory.embedder import MiniLm

COST = {  # rank of a label's price; "down" is a lower one
    "not_for_us": 0,
    "administration": 1,
    "feedback": 2,
    "resolve": 3,
    "simple_classification": 4,
    "memory_recall": 5,
    "data_retrieval": 6,
    "incident_summary": 7,
    "postmortem": 8,
    "complex_reasoning": 8,
}
DEAR = frozenset({"complex_reasoning", "postmortem"})
_KEYWORDS = {
    "postmortem": ("postmortem", "post-mortem", "action items", "retro"),
    "resolve": ("resolved", "fixed", "close"),
    "memory_recall": ("before", "last time", "similar", "seen"),
    "incident_summary": ("summary", "summarize", "catch me up", "status", "timeline"),
    "administration": ("help", "stop", "mute", "cost", "budget"),
    "data_retrieval": ("show", "fetch", "logs", "how many", "graph"),
    "complex_reasoning": ("why", "root cause", "what caused", "investigate"),
    "feedback": ("wrong", "thanks", "helpful"),
    "simple_classification": ("is this", "sev", "or not"),
}


def main() -> None:
    """Label, compare, print."""
    options = arguments(str(__doc__).split("\n", maxsplit=1)[0]).parse_args()
    rows = read_jsonl(data_folder(options.data, "requests") / "requests.jsonl")
    common = Counter(row["label"] for row in rows).most_common(1)[0][0] if rows else ""
    ours = asyncio.run(_all(rows))
    both = list(zip(rows, ours, strict=True))
    dear = [(row, said) for row, said in both if row["label"] in DEAR]
    down = sum(COST[said] < COST[row["label"]] and not _right(row, said) for row, said in dear)
    baselines = {
        "majority": _accuracy(rows, [common] * len(rows)),
        "keyword": _accuracy(rows, [_keyword(row) for row in rows]),
    }
    result = {
        "n": len(rows),
        "accuracy": _accuracy(rows, ours),
        "sent_down": round(down / len(dear), 4) if dear else None,
        "baselines": baselines,
    }
    wrong = [(row["label"], said, row["text"][:90]) for row, said in both if not _right(row, said)]
    print_table("wrong", ("label", "ours", "text"), wrong)
    print_table("requests", ("system", "accuracy"), [("ours", result["accuracy"]), *baselines.items()])
    print_result(result)


async def _all(rows: list[dict[str, Any]]) -> list[str]:
    """Return our label of every row, read as the bot reads: with its ear."""
    embed = MiniLm()
    try:
        ear = shipped(embed) or await learn(embed)
        return [
            understand(
                row["text"], in_thread=row.get("context") == "thread", heard=await ear.hear(row["text"])
            ).label.value
            for row in rows
        ]
    finally:
        embed.close()


def _keyword(row: dict[str, Any]) -> str:
    text = row["text"].lower()
    return next(
        (label for label, words in _KEYWORDS.items() if any(word in text for word in words)),
        Ask.NOT_FOR_US.value,
    )


def _right(row: dict[str, Any], said: str) -> bool:
    return said == row["label"] or said in row.get("also_ok", [])


def _accuracy(rows: list[dict[str, Any]], labels: list[str]) -> float | None:
    right = sum(_right(row, said) for row, said in zip(rows, labels, strict=True))
    return round(right / len(rows), 4) if rows else None


if __name__ == "__main__":
    main()
