"""Auto-sync: the list file of a project is looked at each minute, and taken when it changed and is at rest."""

from __future__ import annotations

import os
import stat
from hashlib import sha256
from pathlib import Path
from typing import Final

import structlog

from kiosk.service.parts import Parts
from kiosk.service.projects.list_reading import LONGEST
from kiosk.service.projects.member_bodies import ListProblem, ListTaken
from kiosk.service.projects.member_rules import ListRejected, WrongState
from kiosk.service.projects.rules import ProjectRefused, settings_of
from kiosk.service.projects.whole_list import Wanted, take_list
from kiosk.service.store.engine import WriteTx
from kiosk.service.store.project_lists import SyncRow, keep_sync, sync_of
from kiosk.service.store.projects import ProjectRow, held_project, open_projects
from kiosk.service.tokens.rules import Caller

_WHO: Final = "auto-sync"
_NO_DIGEST: Final = bytes(32)
_FLAGS: Final = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0)
_log = structlog.get_logger("keywright.projects")

_Look = tuple[int, int, int]
"""When a file was changed last (nanoseconds), how long it is, and which one it is."""


class _NotThere(Exception):
    """The file cannot be read, for a word."""

    def __init__(self, word: str) -> None:
        super().__init__(word)
        self.word = word


class AutoSync:
    """Looks at the list files of one service. It remembers how they looked: a file is read once it looks the same
    twice, and not again until it looks otherwise."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._seen: dict[str, _Look] = {}
        self._done: dict[str, _Look] = {}
        self._missing: dict[str, str] = {}

    def work(self) -> bool:
        """Look at each file; there is never more to do at once."""
        for project, path in self._files():
            self._look(project, path)
        return False

    def _files(self) -> list[tuple[ProjectRow, Path]]:
        tenants = {each.tenant for each in self._parts.settings.projects.named.values() if each.list is not None}
        found = []
        with self._parts.store.read() as tx:
            for project in (each for tenant in sorted(tenants) for each in open_projects(tx, tenant)):
                named = settings_of(self._parts.settings.projects, project)
                if not project.self_service and named is not None and named.list is not None:
                    found.append((project, named.list))
        return found

    def _look(self, project: ProjectRow, path: Path) -> None:
        try:
            look, content = self._read(project, path)
        except _NotThere as problem:
            if self._missing.get(project.id) != problem.word:
                self._missing[project.id] = problem.word
                self._keep(project, _NO_DIGEST, problem.word, ListTaken())
            return
        self._missing.pop(project.id, None)
        if content is not None:
            self._take(project, content)
            self._done[project.id] = look

    def _read(self, project: ProjectRow, path: Path) -> tuple[_Look, bytes | None]:
        """How the file looks, and what is in it if it is new and at rest."""
        try:
            descriptor = os.open(path, _FLAGS)
        except FileNotFoundError:
            raise _NotThere("no_file") from None
        except OSError:
            raise _NotThere("unreadable") from None
        with os.fdopen(descriptor, "rb") as file:
            look = _look_of(os.fstat(file.fileno()))
            rests, self._seen[project.id] = self._seen.get(project.id) == look, look
            if not rests or self._done.get(project.id) == look:
                return look, None
            content = file.read(LONGEST + 1)
            changed = _look_of(os.fstat(file.fileno())) != look
        return look, None if changed else content

    def _take(self, project: ProjectRow, content: bytes) -> None:
        digest = sha256(content).digest()
        with self._parts.store.read() as tx:
            last = sync_of(tx, project.id)
        if last is not None and last.digest == digest and not last.trouble:
            return
        trouble, taken = "", ListTaken()
        try:
            caller = Caller(_WHO, frozenset(), project.tenant)
            taken = take_list(self._parts, caller, project.id, content, Wanted())
        except ListRejected as rejected:
            problems = tuple(ListProblem(line=e.line, column=e.column, word=e.word) for e in rejected.errors)
            trouble, taken = "rejected", ListTaken(errors=problems, more_errors=rejected.more)
        except WrongState as refused:
            trouble = refused.reasons[0]
        except ProjectRefused:
            return  # closed meanwhile
        self._keep(project, digest, trouble, taken)

    def _keep(self, project: ProjectRow, digest: bytes, trouble: str, taken: ListTaken) -> None:
        if trouble:
            _log.warning("project_list_not_taken", project=project.id, reason=trouble)
        result = taken.model_dump(mode="json", exclude={"dry_run"})
        row = SyncRow(project.id, digest, self._parts.clock.now(), trouble, result)
        did_nothing = not (taken.added or taken.changed or taken.removed or taken.returned)

        def work(tx: WriteTx) -> None:
            if held_project(tx, project.id) is None:
                return
            last = sync_of(tx, project.id)
            if did_nothing and last is not None and (last.digest, last.trouble) == (digest, trouble):
                return  # another replica took the same file, and told what it did
            keep_sync(tx, row)

        self._parts.store.write(work)


def _look_of(about: os.stat_result) -> _Look:
    if not stat.S_ISREG(about.st_mode):
        raise _NotThere("no_file")
    if about.st_size > LONGEST:
        raise _NotThere("too_large")
    return about.st_mtime_ns, about.st_size, about.st_ino
