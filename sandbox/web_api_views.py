"""views.*: open, push, update and publish views."""

from sandbox.blocks import checked_view
from sandbox.calling import Call, Method, missing
from sandbox.wire import JsonObject


def _view(call: Call, *types: str) -> JsonObject:
    given = call.mapping("view", "invalid_arguments")
    if given is None:
        raise missing("view")
    return checked_view(given, types)


def _open(call: Call) -> JsonObject:
    view = _view(call, "modal")
    user = call.platform.tickets.exchange(call.need("trigger_id"))
    return {"view": call.platform.modals.open(user, view)}


def _push(call: Call) -> JsonObject:
    view = _view(call, "modal")
    user = call.platform.tickets.exchange(call.need("trigger_id"))
    return {"view": call.platform.modals.open(user, view, on_top=True)}


def _update(call: Call) -> JsonObject:
    view = _view(call, "modal")
    wanted = call.text("view_id") or call.need("external_id")
    return {"view": call.platform.modals.update(wanted, view, call.text("hash"))}


def _publish(call: Call) -> JsonObject:
    view = _view(call, "home")
    return {"view": call.platform.modals.publish(call.need("user_id"), view, call.text("hash"))}


METHODS = {
    "views.open": Method(_open, tier="tier4"),
    "views.push": Method(_push, tier="tier4"),
    "views.update": Method(_update, tier="tier4"),
    "views.publish": Method(_publish, tier="tier4"),
}
