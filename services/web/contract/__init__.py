"""The contract: what each operation is called, answers, and may fail with; and its document.

A service lists its operations in its own `contract.py`; `document` writes them into OpenAPI 3.1.
"""

from services.web.contract.operation import Operation, Operations

__all__ = ["Operation", "Operations"]
