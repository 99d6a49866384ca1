"""The event loop: asyncio's own, whose wait is one blocking question to the host.

A program's coroutines run while the worker's thread is blocked. Timers are timers of the host, so
that a replay sees them in the same order.
"""

import asyncio
import asyncio.base_events
import asyncio.events
import concurrent.futures
import inspect
import time

from . import calls


class Ready:
    """What can be awaited and has its value already."""

    __slots__ = ("value",)

    def __init__(self, value):
        self.value = value

    def __await__(self):
        return self.value
        yield


def awaitable(value):
    """The value itself when it can be awaited, else something that can and gives it."""
    return value if inspect.isawaitable(value) else Ready(value)


async def _coroutine(value):
    return await value


def as_coroutine(value):
    """What asyncio takes: a future or a coroutine."""
    if asyncio.isfuture(value) or asyncio.iscoroutine(value):
        return value
    return _coroutine(awaitable(value))


class Loop(asyncio.base_events.BaseEventLoop):
    """One loop runs all of a program; a nested `run_until_complete` steps it."""

    def __init__(self):
        super().__init__()
        self._selector = self
        self._timer = None
        self._timer_due = 0.0

    def time(self):
        return time.monotonic()

    def _process_events(self, events):
        pass

    def _write_to_self(self):
        pass

    def close(self):
        pass

    def select(self, timeout):
        """Waits: for nothing, until an instant, or for any reply."""
        if timeout is not None and timeout <= 0:
            return ()
        if timeout is not None:
            due = self.time() + timeout
            if self._timer is not None and due < self._timer_due:
                calls.clear_timer(self._timer)
                self._timer = None
            if self._timer is None:
                self._timer = calls.start_timer(timeout)
                self._timer_due = due
        elif self._timer is not None:
            calls.clear_timer(self._timer)
            self._timer = None
        number = calls.take_next()
        if number == self._timer:
            self._timer = None
            calls.clear_timer(number)
        return ()

    def create_task(self, coroutine, **options):
        return super().create_task(as_coroutine(coroutine), **options)

    def run_in_executor(self, executor, function, *args):
        future = self.create_future()
        try:
            future.set_result(function(*args))
        except Exception as error:
            future.set_exception(error)
        return future

    def run_until_complete(self, future):
        if not self.is_running():
            return super().run_until_complete(as_coroutine(future))
        task = asyncio.ensure_future(as_coroutine(future), loop=self)
        current = asyncio.current_task(self)
        if current is not None:
            asyncio.tasks._leave_task(self, current)
        try:
            while not task.done():
                self._run_once()
        finally:
            if current is not None:
                asyncio.tasks._enter_task(self, current)
        return task.result()

    def call_exception_handler(self, context):
        """A failed task that nobody awaited: a line on the console, as CPython writes it."""
        error = context.get("exception")
        if error is not None:
            import sys

            print(f"{context.get('message')}: {error!r}", file=sys.stderr)

    def forget(self):
        """Drops all that a program has left in the loop."""
        for task in asyncio.all_tasks(self):
            task.cancel()
        # Cancelled tasks run to their end, and wait for nothing.
        for _ in range(100):
            if not self._ready:
                break
            self._run_ready()
        self._ready.clear()
        self._scheduled.clear()
        if self._timer is not None:
            calls.clear_timer(self._timer)
            self._timer = None

    def _run_ready(self):
        asyncio.events._set_running_loop(self)
        try:
            for _ in range(len(self._ready)):
                handle = self._ready.popleft()
                if not handle._cancelled:
                    handle._run()
        finally:
            asyncio.events._set_running_loop(None)


_loop = None


def the_loop():
    """The loop of the program; made for the first that asks."""
    global _loop
    if _loop is None:
        _loop = Loop()
    return _loop


def waiting_tasks():
    """The tasks that wait, the first that was made first; none while one of them runs."""
    if _loop is None or not _loop.is_running() or asyncio.current_task(_loop) is not None:
        return []
    return sorted(asyncio.all_tasks(_loop), key=lambda task: (len(task.get_name()), task.get_name()))


def forget():
    """Drops the loop with all that is in it: its program has ended."""
    global _loop
    if _loop is not None:
        _loop.forget()
    _loop = None


class _Policy(asyncio.events._AbstractEventLoopPolicy):
    def get_event_loop(self):
        return the_loop()

    def set_event_loop(self, loop):
        pass

    def new_event_loop(self):
        return the_loop()


class Runner:
    """`asyncio.Runner`, on the program's loop."""

    def __init__(self, **_):
        pass

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass

    def run(self, coroutine, **_):
        return the_loop().run_until_complete(coroutine)

    def get_loop(self):
        return the_loop()

    def close(self):
        pass


def run(main, *, debug=None, loop_factory=None):
    """`asyncio.run`, which works inside a running loop too."""
    return the_loop().run_until_complete(main)


def install():
    """Puts the loop into asyncio, whose functions take plain values for awaitables from here on."""
    asyncio.events._set_event_loop_policy(_Policy())
    asyncio.run = run
    asyncio.Runner = Runner
    asyncio.new_event_loop = asyncio.get_event_loop = asyncio.events.new_event_loop = the_loop
    asyncio.events.get_event_loop = the_loop
    gather, wait_for, shield = asyncio.gather, asyncio.wait_for, asyncio.shield
    wait, as_completed = asyncio.wait, asyncio.as_completed

    def gather_all(*awaitables, return_exceptions=False):
        return gather(*map(as_coroutine, awaitables), return_exceptions=return_exceptions)

    async def wait_for_one(awaited, timeout):
        return await wait_for(as_coroutine(awaited), timeout)

    def create_task(coroutine, **options):
        return asyncio.get_running_loop().create_task(coroutine, **options)

    def ensure_future(value, *, loop=None):
        if asyncio.isfuture(value):
            return value
        return (loop or the_loop()).create_task(value)

    async def wait_all(awaitables, **options):
        return await wait([ensure_future(one) for one in awaitables], **options)

    asyncio.gather = gather_all
    asyncio.wait_for = wait_for_one
    asyncio.create_task = create_task
    asyncio.ensure_future = asyncio.tasks.ensure_future = ensure_future
    asyncio.shield = lambda one: shield(ensure_future(one))
    asyncio.wait = wait_all
    asyncio.as_completed = lambda many, **options: as_completed(
        [ensure_future(one) for one in many], **options
    )
    enter_task = asyncio.TaskGroup.create_task
    asyncio.TaskGroup.create_task = lambda group, one, **options: enter_task(
        group, as_coroutine(one), **options
    )
    asyncio.to_thread = lambda function, *args, **options: as_coroutine(
        awaitable(lazy(function)(*args, **options))
    )
    asyncio.iscoroutinefunction = lambda one: inspect.iscoroutinefunction(one)
    for name in ("gather", "wait_for", "create_task", "shield", "wait", "as_completed"):
        setattr(asyncio.tasks, name, getattr(asyncio, name))
    asyncio.runners.run = run
    concurrent.futures.ThreadPoolExecutor = ThreadPool
    concurrent.futures.thread.ThreadPoolExecutor = ThreadPool
    concurrent.futures.as_completed = lambda futures, timeout=None: iter(list(futures))
    concurrent.futures.wait = lambda futures, timeout=None, return_when=None: (
        concurrent.futures._base.DoneAndNotDoneFutures(set(futures), set())
    )


def lazy(function):
    """The form of a function that starts a call instead of blocking: a tool's own, else itself."""
    from .tools import Tool

    return function.start if type(function) is Tool else function


class Submitted:
    """What `ThreadPoolExecutor.submit` returns: a tool's call that was started, or a value."""

    def __init__(self, function, args, options):
        self._error = None
        self._value = None
        self._call = None
        try:
            value = lazy(function)(*args, **options)
            if isinstance(value, calls.Call):
                self._call = value
            else:
                self._value = value
        except Exception as error:
            self._error = error

    def result(self, timeout=None):
        if self._error is not None:
            raise self._error
        if self._call is not None:
            return self._call.block()
        return self._value

    def exception(self, timeout=None):
        try:
            self.result()
        except Exception as error:
            return error
        return None

    def done(self):
        return True

    def running(self):
        return False

    def cancelled(self):
        return False

    def cancel(self):
        return False

    def add_done_callback(self, function):
        function(self)


class ThreadPool:
    """`ThreadPoolExecutor`: there are no threads, and calls of tools overlap all the same."""

    def __init__(self, max_workers=None, *_, **__):
        self._max_workers = max_workers

    def submit(self, function, /, *args, **options):
        return Submitted(function, args, options)

    def map(self, function, *iterables, timeout=None, chunksize=1):
        futures = [Submitted(function, args, {}) for args in zip(*iterables)]
        return (future.result() for future in futures)

    def shutdown(self, wait=True, *, cancel_futures=False):
        pass

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass
