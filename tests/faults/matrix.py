"""Which test holds which row of the fault matrix, and why a row cannot run here. In our own words.

A row is held by tests named after it in this folder, or by tests that stand with the part that meets the fault;
`test_matrix.py` proves that they exist, `make faults` runs them all.
"""

from collections.abc import Mapping

ROUTER, MEMORY, TOOLS, BOT = "tests/router", "tests/memory", "tests/tools", "tests/bot"
TRANSPORT = f"{ROUTER}/test_transport.py"
ENDS = f"{ROUTER}/test_router.py"
WIRE = f"{ROUTER}/test_end_to_end.py"
MONEY = f"{ROUTER}/test_money.py"
MIND = f"{MEMORY}/test_memory.py"
STORES = f"{MEMORY}/test_store_contract.py"
HTTP = f"{TOOLS}/test_readonly_http.py"
BOX = f"{TOOLS}/test_toolbox.py"
EAR = f"{BOT}/test_ear.py"
KILLS = "tests/faults/slow_kills.py::test_killed_at"
PROCESSES = "tests/faults/slow_processes.py"

# rows whose tests stand with the part; each is a file and a test in it
ELSEWHERE: Mapping[str, tuple[str, ...]] = {
    "S03": (f"{KILLS}[s03]",),
    "S07": (f"{EAR}::test_too_many_connections_are_waited_out",),
    "S08": (f"{EAR}::test_what_was_posted_while_we_were_away_is_seen_late",),
    "A01": (
        f"{TRANSPORT}::test_retry_after_is_read_and_never_slept",
        f"{ENDS}::test_a_long_retry_after_is_told_and_never_slept",
    ),
    "A02": (f"{ENDS}::test_a_breaker_opens_and_the_peer_is_asked",),
    "A04": (
        f"{TRANSPORT}::test_the_deadline_is_total",
        f"{WIRE}::test_no_answer_ever_ends_within_the_deadline",
    ),
    "A05": (f"{TRANSPORT}::test_faults_are_values", f"{WIRE}::test_one_fault_is_survived"),
    "A06": (f"{TRANSPORT}::test_faults_are_values",),
    "A07": (f"{TRANSPORT}::test_faults_are_values",),
    "A08": (
        f"{BOX}::test_an_unknown_tool_is_refused_with_the_names_that_exist",
        f"{BOX}::test_a_bad_call_is_refused_with_what_to_change",
    ),
    "A09": (
        f"{ENDS}::test_a_refusal_goes_to_another_model_and_is_never_an_answer",
        f"{ENDS}::test_a_cut_answer_gets_more_room_before_a_stronger_model",
    ),
    "A10": (f"{ENDS}::test_a_finding_is_repaired_once_and_then_climbs",),
    "A11": (f"{ENDS}::test_a_prompt_that_is_too_long_is_trimmed_and_says_so",),
    "A12": (f"{WIRE}::test_a_wrong_key_is_said_once", f"{ENDS}::test_final_faults_are_not_asked_again"),
    "A13": (f"{ROUTER}/test_policy.py::test_a_model_retires",),
    "A14": (f"{ENDS}::test_over_budget_nothing_is_sent",),
    "A15": (f"{MONEY}::test_fifty_at_once_never_overshoot", f"{MONEY}::test_replicas_share_one_budget"),
    "Q01": (
        f"{MIND}::test_a_dead_index_delays_and_never_loses",
        f"{STORES}::test_a_server_that_is_not_there_is_one_line",
    ),
    "Q04": (f"{KILLS}[q04]",),
    "T01": (
        f"{BOX}::test_what_cannot_look_says_so_and_never_raises",
        f"{BOX}::test_slow_sources_end_in_one_deadline_not_in_the_sum",
    ),
    "T02": (
        f"{HTTP}::test_an_endless_answer_is_cut_off",
        f"{HTTP}::test_a_gzip_bomb_is_not_unpacked_beyond_the_limit",
    ),
    "T03": (f"{HTTP}::test_what_is_no_good_answer_is_unavailable_in_one_line",),
    "T04": (f"{BOT}/test_gate.py::test_any_blocks_are_harmless",),
    "T05": (f"{BOX}::test_what_a_tool_saw_comes_back_redacted_everywhere",),
    "T06": (
        f"{BOX}::test_a_failing_redactor_withholds_everything",
        f"{TOOLS}/test_redact.py::test_failure_withholds_the_text",
    ),
    "T07": (f"{HTTP}::test_nothing_else_passes_the_gate",),
    "T08": (f"{HTTP}::test_nothing_else_passes_the_gate",),
    "T09": (f"{HTTP}::test_one_deadline_holds_for_all_tries",),
    "T11": (f"{HTTP}::test_errors_hold_no_credential_and_are_tried_once_more",),
    **{f"P{number:02d}": (f"{KILLS}[p{number:02d}]",) for number in (1, 2, 3, 4, *range(6, 14))},
}

# rows that nothing here holds, and why
NOT_HERE: Mapping[str, str] = {
    "T10": "a provider's clock cannot be set apart from ours here",
    "X03": "a secret scan of the history needs a scanner that is not installed here",
}

IDS = (
    *(f"S{number:02d}" for number in range(1, 19)),
    *(f"O{number:02d}" for number in range(1, 9)),
    *(f"A{number:02d}" for number in range(1, 16)),
    *(f"Q{number:02d}" for number in range(1, 13)),
    *(f"T{number:02d}" for number in range(1, 12)),
    *(f"C{number:02d}" for number in range(1, 6)),
    *(f"P{number:02d}" for number in range(1, 24)),
    *(f"U{number:02d}" for number in range(1, 10)),
    *(f"X{number:02d}" for number in range(1, 4)),
)
