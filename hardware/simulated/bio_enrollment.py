"""authenticatorBioEnrollment (CTAP 2.1 section 6.7) and its preview under another command byte: fingerprints."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Final

from fido2 import cbor
from fido2.ctap import CtapError

from hardware.simulated.applet import ERR, Applet, Enrolling, Fields, Permission, Steps
from hardware.simulated.canonical import maybe, need
from hardware.simulated.memory import Template
from hardware.simulated.person import Finger, Sample, Waiting

_FINGERPRINT: Final = 0x01  # the only modality there is
_TOUCH_SENSOR: Final = 1
_BEGIN, _NEXT, _CANCEL, _ENUMERATE, _RENAME, _REMOVE, _SENSOR = range(0x01, 0x08)
_LONGEST_WAIT: Final = 60.0


def bio_enrollment(applet: Applet, fields: Fields) -> Steps:
    """Command 0x09, and 0x40 of FIDO_2_1_PRE."""
    if maybe(fields, 0x06, bool):
        return {0x01: _FINGERPRINT}
    if need(fields, 0x01, int) != _FINGERPRINT:
        raise CtapError(ERR.INVALID_PARAMETER)
    subcommand = need(fields, 0x02, int)
    parameters: Fields = maybe(fields, 0x03, dict) or {}
    if subcommand in _FREE:
        return _FREE[subcommand](applet)
    if subcommand not in (_BEGIN, _NEXT) and subcommand not in _AUTHORIZED:
        raise CtapError(ERR.INVALID_SUBCOMMAND)
    _authorize(applet, fields, subcommand)
    if subcommand == _BEGIN:
        return (yield from _begin(applet, parameters))
    if subcommand == _NEXT:
        return (yield from _capture_next(applet, parameters))
    return _AUTHORIZED[subcommand](applet, parameters)


def _authorize(applet: Applet, fields: Fields, subcommand: int) -> None:
    parameter = maybe(fields, 0x05, bytes)
    if parameter is None:
        raise CtapError(ERR.PUAT_REQUIRED)
    message = bytes([_FINGERPRINT, subcommand])
    if 0x03 in fields:
        message += cbor.encode(need(fields, 0x03, dict))
    applet.authorize(maybe(fields, 0x04, int), message, parameter, Permission.BE)


def _begin(applet: Applet, parameters: Fields) -> Steps:
    """A new enrollment ends one that was under way."""
    if len(applet.memory.templates) >= applet.traits.template_slots:
        raise CtapError(ERR.FP_DATABASE_FULL)
    applet.enrolling = Enrolling(applet.random(8), applet.traits.samples_needed)
    return {0x04: applet.enrolling.template_id, **(yield from _capture(applet, applet.enrolling, parameters))}


def _capture_next(applet: Applet, parameters: Fields) -> Steps:
    enrolling = applet.enrolling
    if enrolling is None or need(parameters, 0x01, bytes) != enrolling.template_id:
        raise CtapError(ERR.INVALID_PARAMETER)
    return (yield from _capture(applet, enrolling, parameters))


def _capture(applet: Applet, enrolling: Enrolling, parameters: Fields) -> Waiting[dict[int, int]]:
    """One try at the sensor; the template is stored with the last good one."""
    sample = yield from _sample(applet, maybe(parameters, 0x03, int))
    if sample is Sample.GOOD:
        enrolling.remaining -= 1
    if enrolling.remaining == 0:
        applet.memory.templates += (Template(enrolling.template_id),)
        applet.enrolling = None
    return {0x05: sample, 0x06: enrolling.remaining}


def _sample(applet: Applet, milliseconds: int | None) -> Waiting[Sample]:
    seconds = _LONGEST_WAIT if milliseconds is None else min(max(0, milliseconds) / 1000, _LONGEST_WAIT)
    try:
        finger: Finger = yield from applet.finger(seconds)
    except CtapError:  # nobody came: here that is an answer, not an error
        return Sample.NO_USER_ACTIVITY
    return Sample.EXISTS if isinstance(finger.template, bytes) else finger.sample


def _cancel(applet: Applet) -> Fields:
    applet.enrolling = None
    return {}


def _sensor(applet: Applet) -> Fields:
    traits = applet.traits
    return {0x02: _TOUCH_SENSOR, 0x03: traits.samples_needed, 0x08: traits.max_template_name}


def _enumerate(applet: Applet, _parameters: Fields) -> Fields:
    if not applet.memory.templates:
        raise CtapError(ERR.INVALID_OPTION)
    return {0x07: [{0x01: each.id, 0x02: each.name} for each in applet.memory.templates]}


def _rename(applet: Applet, parameters: Fields) -> Fields:
    template, name = _enrolled(applet, parameters), need(parameters, 0x02, str)
    if len(name.encode()) > applet.traits.max_template_name:
        raise CtapError(ERR.INVALID_LENGTH)
    templates = applet.memory.templates
    applet.memory.templates = tuple(replace(each, name=name) if each is template else each for each in templates)
    return {}


def _remove(applet: Applet, parameters: Fields) -> Fields:
    template = _enrolled(applet, parameters)
    applet.memory.templates = tuple(each for each in applet.memory.templates if each is not template)
    return {}


def _enrolled(applet: Applet, parameters: Fields) -> Template:
    wanted = need(parameters, 0x01, bytes)
    for template in applet.memory.templates:
        if template.id == wanted:
            return template
    raise CtapError(ERR.INVALID_OPTION)


_FREE: Final[Mapping[int, Callable[[Applet], Fields]]] = MappingProxyType({_CANCEL: _cancel, _SENSOR: _sensor})
_AUTHORIZED: Final[Mapping[int, Callable[[Applet, Fields], Fields]]] = MappingProxyType(
    {_ENUMERATE: _enumerate, _RENAME: _rename, _REMOVE: _remove}
)
