"""A command on each of its INPUTs: one, or many in several processes, here or on a cluster."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from io import BytesIO
from pathlib import Path
from threading import Lock
from time import process_time
from typing import Any

from nnviz import formats, memory, ops, processors
from nnviz.cli import checks, complaints, flow, inputs, options, streams, walk, workers
from nnviz.cli.checks import Written
from nnviz.cli.computing import parsed
from nnviz.cli.flow import Outcome, Run
from nnviz.cli.inputs import Job
from nnviz.cli.options import Shared
from nnviz.errors import NnvizError, UsageError
from nnviz.options.operation import Operation
from nnviz.options.option import Context
from nnviz.read import Stdin
from nnviz.records import NamedTuple
from nnviz.words import Words, safe

_WORTH = 0.5
"""Seconds of work that pay for starting processes."""
_LOADING = 0.5
"""Seconds of the first job in which modules are loaded, which the others do not take."""
_one_at_a_time = Lock()
"""A folder is a process's, and a worker of a cluster has threads."""


class Ran(NamedTuple):
    """What a command that was run has read and written, and what is to follow."""

    read: list[str]
    written: list[str]
    output: options.OutputOptions


class Ready(NamedTuple):
    """A command whose options are parsed, once for all INPUTs."""

    operation: Operation[Any]
    record: Any
    stdin: Stdin
    """Has noted what was read for them."""


def run_command(operation: Operation[Any], given: Written, env: Mapping[str, str]) -> Ran:
    """Run one command: check, read, compute, render, and write, in this order."""
    context = Context(flow.standard_input())
    shared = options.parse(given.texts, context)
    with memory.at_most(shared.general.max_memory):
        run = flow.prepared(operation, given, shared, env, context.stdin)
        announced = operation.announcement(given.texts)
        if announced is not None:  # checked all the same, but nothing is waited for
            operation.parse({n: text for n, text in given.texts.items() if text != "-"}, context)
            streams.write_text(announced)
            return Ran([], [], shared.output)
        every = _jobs(operation, given, shared)
        _check_several(run, given, shared, len(every))
        sources = checks.sources(operation, given._replace(inputs=_all(every)))
        taken = inputs.prepare(given, shared, every, sources)
        if len(every) == 1 and not (shared.output.skip_existing and inputs.is_done(every[0], ())):
            done = flow.one(run, operation, *every[0], context, None)
            flow.tell(run, done, shared, set())
            if done.failed is not None:  # what there is of it is drawn
                raise done.failed
            return Ran(done.read, done.written, shared.output)
        run = run._replace(folder=str(Path.cwd()), stdin=context.stdin.held(), taken=taken)
        return _run_all(run, operation, shared, every)


def _jobs(operation: Operation[Any], given: Written, shared: Shared) -> list[Job]:
    if not operation.reads_input(given.texts):
        return [Job(given, shared)]
    return inputs.jobs(given, shared, list(inputs.expanded(given.inputs)))


def _all(every: Sequence[Job]) -> tuple[str, ...]:
    return tuple(name for job in every for name in job.given.inputs)


def _check_several(run: Run, given: Written, shared: Shared, count: int) -> None:
    """Raise UsageError where something is asked for that only one INPUT has, or only several."""
    asked = shared.output
    if count == 1:
        for flag in ("jobs", "scheduler"):
            if getattr(asked, flag) is not None and not any(map(inputs.is_pattern, given.inputs)):
                raise UsageError("{flag} is for several INPUTs", flag=f"--{flag}")
        return
    if asked_for := walk.wanted(shared):
        raise UsageError("{what} takes one INPUT, and there are {n}", what=asked_for, n=count)
    if run.stream is not None and formats.load(run.stream).kind == "figure":
        raise UsageError(
            "{what} takes one INPUT, and there are {n}",
            what=f"-f {run.stream}",
            n=count,
            hint="-o with {name} in its name writes a file each",
        )


# --- many ---------------------------------------------------------------------------


def _run_all(run: Run, operation: Operation[Any], shared: Shared, every: Sequence[Job]) -> Ran:
    """Do what is not done yet, and say what came of it as it comes; at last what failed."""
    assert run.taken is not None
    asked, left = shared.output, every
    if asked.skip_existing:
        left = [job for job in every if not inputs.is_done(job, run.taken)]
        skipped = Words(
            "{n} of {count} INPUTs are left out: their files are there",
            n=len(every) - len(left),
            count=len(every),
        )
        flow.tell(
            run, Outcome([], [], notes=[skipped] if len(left) < len(every) else []), shared, set()
        )
    read, written, failed = list[str](), list[str](), 0
    heard: set[Words] = set()
    shows = run.stream is not None and streams.is_terminal(sys.stdout)
    with streams.progress(shared.general.quiet or shows, shared.general.color) as progress:
        for n, (job, done) in enumerate(zip(left, _outcomes(run, operation, left), strict=True)):
            _head(run, job, done, first=n == 0)
            flow.tell(run, done, shared, heard)
            if done.failed is not None:
                failed += 1
                complaints.complain(_of(job, done.failed), run.language)
            read += done.read
            written += done.written
            if progress is not None:
                progress(n + 1, len(left))
    if failed:
        raise NnvizError("{n} of {count} INPUTs failed", n=failed, count=len(every))
    return Ran(read, written, asked)


def _head(run: Run, job: Job, done: Outcome, *, first: bool) -> None:
    """Whose result it is, above what is more than a line."""
    form = formats.load(run.stream or "none")
    if form.heading and done.shown and (form.kind == "text" or done.shown.count(b"\n") > 1):
        name = safe(str(job.given.input))
        streams.write_text("\n" * (not first) + form.heading.format(name=name))


def _of(job: Job, error: NnvizError) -> NnvizError:
    """An error that says of which INPUT it is."""
    name = str(job.given.input)
    place = error.place.name if error.place is not None else ""
    if name not in (place, *error.message.args.values()):
        error.message = Words("{name}: {message}", name=name, message=error.message)
    return error


def _outcomes(run: Run, operation: Operation[Any], left: Sequence[Job]) -> Iterator[Outcome]:
    """What comes of each job, in order: in this process where others would not pay."""
    if not left:
        return
    ready = _ready(run, operation, left[0])
    asked = left[0].shared.output
    if asked.scheduler is not None:
        yield from workers.on_cluster(partial(perform, run), left, asked.scheduler)
        return
    if asked.jobs is not None and asked.jobs > 1:
        yield from _shared(run, left, asked.jobs)
        return
    processes = asked.jobs or processors.count()
    for n, job in enumerate(left):
        began = process_time()
        yield from perform(run, [job], ready)
        each, rest = process_time() - began, left[n + 1 :]
        known = n > 0 or each > _LOADING
        if processes > 1 and len(rest) > 1 and known and each * len(rest) > _WORTH:
            yield from _shared(run, rest, processes, each)
            return


def _shared(
    run: Run, left: Sequence[Job], processes: int, seconds: float = workers.UNKNOWN
) -> Iterator[Outcome]:
    """What comes of jobs in processes, each with its part of the memory."""
    processes = min(processes, len(left))
    run = run._replace(memory=(run.memory or memory.free()) // processes)
    return workers.in_processes(partial(perform, run), left, processes, seconds)


def _ready(run: Run, operation: Operation[Any], job: Job) -> Ready:
    stdin = _stdin(run)
    return Ready(operation, parsed(operation, *job, Context(stdin)), stdin)


def _stdin(run: Run) -> Stdin:
    return Stdin(None if run.stdin is None else BytesIO(run.stdin), typed=True)


def perform(run: Run, jobs: Sequence[Job], ready: Ready | None = None) -> list[Outcome]:
    """What comes of some jobs, in whichever process this is."""
    made = []
    with _one_at_a_time, memory.at_most(run.memory):
        if str(Path.cwd()) != run.folder:
            os.chdir(run.folder)
        for job in jobs:
            stdin = _stdin(run)
            try:
                ready = ready or _ready(run, ops.load(run.command.replace("-", "_")), job)
                stdin.opened += ready.stdin.opened
                stdin.notes += ready.stdin.notes
                made.append(flow.one(run, ready.operation, *job, Context(stdin), ready.record))
            except Exception as error:
                if os.environ.get("NNVIZ_DEBUG"):
                    raise
                made.append(Outcome(stdin.opened, [], failed=complaints.known(error)))
            if (failed := made[-1].failed) is not None:
                failed.partial = None  # it was drawn
    return made
