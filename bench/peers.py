"""Other routers, where they are installed: cascadeflow's agent and LiteLLM's Router, as their own pages use them.

They are no dependencies of ours; one that is missing is left out, and said. They want other versions of what we use,
so they get a virtual environment apart, in which ours is read behind theirs:

    python3 -m venv /tmp/peers && /tmp/peers/bin/pip install "cascadeflow>=1.2" "litellm>=1.110"
    readlink -f .venv/lib/python3*/site-packages > $(echo /tmp/peers/lib/python3*/site-packages)/ours.pth
    /tmp/peers/bin/python -m bench.router
"""

import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec

MODEL = "claude-haiku-5-5"
OLDER = "claude-haiku-4-5"  # cascadeflow always sends a temperature, which current models refuse


@dataclass(frozen=True, slots=True)
class Peer:
    """How to call it, and what importing it means."""

    call: Callable[[str], Awaitable[None]]
    imports: str


def peers(url: str) -> dict[str, Peer]:
    """Return the peers that are installed, each pointed at the stub at *url*."""
    made: dict[str, Peer] = {}
    if find_spec("litellm") is not None:
        made["litellm"] = _litellm(url)
    if find_spec("cascadeflow") is not None:
        made["cascadeflow"] = _cascadeflow(url)
    if missing := [name for name in ("litellm", "cascadeflow") if name not in made]:
        print(f"not installed, so not measured: {', '.join(missing)} (bench/peers.py)", file=sys.stderr)
    return made


def _litellm(url: str) -> Peer:
    litellm = import_module("litellm")
    parameters = {"model": f"anthropic/{MODEL}", "api_base": url, "api_key": "bench"}
    router = litellm.Router(model_list=[{"model_name": "weak", "litellm_params": parameters}], num_retries=0)

    async def call(prompt: str) -> None:
        stream = await router.acompletion(
            model="weak", messages=[{"role": "user", "content": prompt}], max_tokens=1024, stream=True
        )
        assert [piece async for piece in stream]

    return Peer(call, "litellm")


def _cascadeflow(url: str) -> Peer:
    module = import_module("cascadeflow")
    models = [
        module.ModelConfig(name=OLDER, provider="anthropic", cost=0.001, api_key="bench"),
        module.ModelConfig(name=OLDER, provider="anthropic", cost=0.002, api_key="bench"),
    ]
    agent = module.CascadeAgent(models=models)
    for provider in (*agent.providers.values(), *agent.model_providers.values()):
        provider.base_url = f"{url}/v1"  # its own setting for this is not passed on

    async def call(prompt: str) -> None:
        assert (await agent.run(prompt, max_tokens=1024, force_direct=True)).content

    return Peer(call, "cascadeflow")
