"""A thread in the three ways a channel may have it: a reply a stage, a reply a step, or one live card. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from bot.blocks.thread import Reply
from bot.blocks.words import Block, context, section
from bot.channel_rules import Steps

STAGES = ("recall", "evidence", "reasoning")
MARKS = ("✔", "✖", "–", "•", "[MODEL_SELECTION]", "🔎", "💬", "⏹", "⚠", "ℹ")
WAITING = "⏳"
VERDICT = "verdict"


def arranged(replies: Sequence[Reply], steps: Steps) -> tuple[Reply, ...]:
    """Return *replies* as a channel with *steps* has them."""
    if steps == "each":
        return tuple(part for reply in replies for part in _each(reply))
    if steps == "card":
        return (_card(replies), *(reply for reply in replies if reply.slot not in {*STAGES, VERDICT}))
    return tuple(replies)


def _each(reply: Reply) -> Iterable[Reply]:
    """Yield one reply a step: the stage's head first, then each of its lines with what belongs to it."""
    if reply.slot not in STAGES:
        yield reply
        return
    first, *rest = reply.blocks
    head, *lines = str(first["text"]["text"]).split("\n")
    yield replace(reply, blocks=(section(head), *rest))
    for number, step in enumerate(_grouped(lines), start=1):
        yield Reply(f"{reply.slot}:{number}", step.split("\n")[0][:150], (section(step),), reply.final)


def _grouped(lines: Iterable[str]) -> list[str]:
    """Join each line that begins a step with those that belong to it; what is only waited for is left out."""
    steps: list[list[str]] = []
    for line in lines:
        if line.startswith(WAITING):
            continue
        if line.startswith(MARKS) or not steps:
            steps.append([line])
        else:
            steps[-1].append(line)
    return ["\n".join(step) for step in steps]


def _card(replies: Sequence[Reply]) -> Reply:
    """Return all stages as one reply: the newest in full, those before it by their first line."""
    stages = [reply for reply in replies if reply.slot in STAGES]
    verdict = next((reply for reply in replies if reply.slot == VERDICT), None)
    picture = next((stage.picture for stage in stages if stage.picture), None)
    if verdict is not None:
        return replace(verdict, blocks=(*_heads(stages), *verdict.blocks), picture=picture)
    *before, newest = stages
    return Reply(VERDICT, newest.text, (*_heads(before), *newest.blocks), picture=picture)


def _heads(stages: Sequence[Reply]) -> tuple[Block, ...]:
    heads = [str(stage.blocks[0]["text"]["text"]).split("\n")[0] for stage in stages]
    return (context(*heads),) if heads else ()
