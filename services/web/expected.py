"""What an operation takes as its body, for whoever sent something else."""

from fastapi import Request

from services.inputs import Expected
from services.web.contract.document import examples
from services.web.contract.operation import Those


def expected_of(request: Request) -> Expected:
    """The model of the body, and the body of the operation's example in the API document."""
    field = getattr(request.scope.get("route"), "body_field", None)
    model = field.field_info.annotation if field is not None else None
    return Expected(model, _example(request))


def _example(request: Request) -> object:
    operation = Those(request.app, lambda _: True).of(request.scope)
    return examples().get(operation.id, {}).get("body") if operation is not None else None
