"""The languages whose manners we know: every file of this folder that has a ``LANGUAGE`` is one."""

from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from switchroom.conversation.language import UNKNOWN, Language


@cache
def known() -> dict[str, Language]:
    """Return all of them by their codes."""
    found = [import_module(f"{__name__}.{module.name}").LANGUAGE for module in iter_modules(__path__)]
    return {language.code: language for language in found}


@cache
def language_of(tag: str) -> Language:
    """Return the language of a tag such as ``en-GB``; UNKNOWN, which knows nothing, if there is no file for it."""
    return known().get(tag.replace("_", "-").partition("-")[0].lower(), UNKNOWN)
