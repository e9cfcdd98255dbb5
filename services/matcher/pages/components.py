"""GOV.UK components as one function of the templates: `govuk('button', {...})`."""

from typing import Any

from jinja2 import Environment, PackageLoader, PrefixLoader
from markupsafe import Markup


def _environment() -> Environment:
    # The macros read parameters that were not given, so here an unknown name is empty.
    package = "govuk_frontend_jinja"
    loader = PrefixLoader({package: PackageLoader(package, "templates")})
    return Environment(loader=loader, autoescape=True)


class Components:
    """Renders the macros of `govuk-frontend-jinja`, in an environment of their own."""

    def __init__(self) -> None:
        self.environment = _environment()

    def __call__(self, name: str, params: dict[str, Any]) -> Markup:
        """A component's HTML; `params` are those of the GOV.UK design system."""
        path = f"govuk_frontend_jinja/components/{name}/macro.html"
        macro = "govuk" + "".join(part.capitalize() for part in name.split("-"))
        module: Any = self.environment.get_template(path).module
        return Markup(getattr(module, macro)(params))
