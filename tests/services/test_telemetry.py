"""What OpenTelemetry may see, where somebody turns it on."""

from services.telemetry import TELEMETRY, says_what_was_sought


def test_a_request_with_a_query_has_no_span() -> None:
    assert says_what_was_sought({"query_string": b"q=Bilbao"})
    assert not says_what_was_sought({"query_string": b""})
    assert TELEMETRY["exclude"] is says_what_was_sought


def test_refused_values_are_not_logged_by_the_framework() -> None:
    assert TELEMETRY["logs"] is False
