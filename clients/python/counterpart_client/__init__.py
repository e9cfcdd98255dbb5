"""Counterpart's client: which peers and which collaborations fit a place, and why."""

from counterpart_client.asking import AsyncCounterpart, Counterpart
from counterpart_client.problems import CounterpartProblem

__all__ = ["AsyncCounterpart", "Counterpart", "CounterpartProblem"]
