"""How well free text from people is labelled without a model, how much is sent down, and how much is left to a model.

`python -m bench.requests --data DIR`: requests.jsonl with text, label, also_ok and context. Baselines: the
commonest label for everything, and one keyword list a label. `settled` is what rung 0 is sure of: no model is asked
about it; `left_open` is what the cheapest model would be asked, with rung 0's accuracy there.
"""

import asyncio
from collections import Counter
from typing import Any

from bench.common import arguments, data_folder, print_result, print_table, read_jsonl
from bot.requests import Ask, Asked, understand
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
    read = asyncio.run(_all(rows))
    ours = [asked.label.value for asked in read]
    both = list(zip(rows, ours, strict=True))
    dear = [(row, said) for row, said in both if row["label"] in DEAR]
    down = sum(COST[said] < COST[row["label"]] and not _right(row, said) for row, said in dear)
    baselines = {
        "majority": _accuracy(rows, [common] * len(rows)),
        "keyword": _accuracy(rows, [_keyword(row) for row in rows]),
    }
    settled, left_open = _part(rows, read, sure=True), _part(rows, read, sure=False)
    result = {
        "n": len(rows),
        "accuracy": _accuracy(rows, ours),
        "sent_down": round(down / len(dear), 4) if dear else None,
        "settled": settled,
        "left_open": left_open,
        "baselines": baselines,
    }
    wrong = [(row["label"], said, row["text"][:90]) for row, said in both if not _right(row, said)]
    print_table("wrong", ("label", "ours", "text"), wrong)
    print_table("requests", ("system", "accuracy"), [("ours", result["accuracy"]), *baselines.items()])
    parts = [
        (name, each["n"], each["accuracy"]) for name, each in (("settled", settled), ("left open", left_open))
    ]
    print_table("without a model", ("", "n", "accuracy"), parts)
    print_result(result)


def _part(rows: list[dict[str, Any]], read: list[Asked], *, sure: bool) -> dict[str, Any]:
    mine = [(row, asked.label.value) for row, asked in zip(rows, read, strict=True) if asked.sure == sure]
    return {"n": len(mine), "accuracy": _accuracy([row for row, _ in mine], [said for _, said in mine])}


async def _all(rows: list[dict[str, Any]]) -> list[Asked]:
    """Return how every row is read, as the bot reads before it asks a model: with its ear."""
    embed = MiniLm()
    try:
        ear = shipped(embed) or await learn(embed)
        return [
            understand(
                row["text"], in_thread=row.get("context") == "thread", heard=await ear.hear(row["text"])
            )
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
