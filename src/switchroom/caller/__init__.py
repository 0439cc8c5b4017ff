"""The command-line caller behind ``switchroom call``: places a real SIP call, speaks, listens and tells both sides with timings."""

from switchroom.caller.call import CallOptions, Engines, place_call
from switchroom.caller.conversation import Show
from switchroom.caller.far_end import ANYTHING
from switchroom.caller.report import CallReport, Line, summary
from switchroom.caller.steps import steps

__all__ = ["ANYTHING", "CallOptions", "CallReport", "Engines", "Line", "place_call", "run", "steps", "summary"]


async def run(options: CallOptions, engines: Engines, show: Show) -> int:
    """Place a call, tell how it went, and return the exit code: 0 for a call that worked."""
    report = await place_call(options, engines, show)
    show(summary(report))
    return report.exit_code
