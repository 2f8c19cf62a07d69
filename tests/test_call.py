"""Running somebody else's code: what it can do, and that everything is as before afterwards."""

import builtins
import signal
import sys
import threading
import time

import pytest
from layerwise.check import limits
from layerwise.check.call import call
from layerwise.check.exercise import call_answer

LIMIT = 0.3


def run(function, seconds=10, **inputs):
    return call(call_answer, function, inputs, seconds=seconds)


def test_a_value_comes_back():
    outcome = run(lambda x: x + 1, x=2)
    assert (outcome.kind, outcome.value, outcome.printed) == ("value", 3, "")


def test_output_is_kept_and_not_shown(capfd):
    def talk():
        print("to you")
        print("to errors", file=sys.stderr)
        sys.stdout.buffer.write(b"bytes\n")
        sys.stdout.flush()

    outcome = run(talk)
    assert set(outcome.printed.split("\n")) == {"to you", "to errors", "bytes", ""}
    assert capfd.readouterr() == ("", "")


def test_a_megabyte_is_cut_and_counted():
    outcome = run(lambda: print("é" * 1_000_000))
    assert len(outcome.printed) == 5000
    assert outcome.dropped == 2_000_001 - 10_000
    outcome = run(lambda: [print("x") for _ in range(100_000)] and None)
    assert outcome.dropped == 200_000 - 10_000


def test_closing_the_output_does_no_harm():
    before = sys.stdout
    assert run(lambda: sys.stdout.close()).kind == "value"
    assert sys.stdout is before


def fails(x):
    y = x / 0
    return y


def test_an_exception_is_named_with_the_learners_line():
    outcome = run(fails, x=1)
    assert (outcome.kind, outcome.error, outcome.code) == ("error", "ZeroDivisionError", "y = x / 0")
    assert outcome.line == fails.__code__.co_firstlineno + 1


def test_the_place_is_the_learners_when_a_library_raises():
    def reads():
        import json

        return json.loads("{")

    outcome = run(reads)
    assert outcome.error == "JSONDecodeError" and outcome.code == 'return json.loads("{")'


def test_a_wrong_signature_has_no_place_of_its_own():
    outcome = run(lambda y: y, x=1)
    assert outcome.kind == "error" and outcome.error == "TypeError" and outcome.line is None


def test_an_exception_whose_text_fails_is_still_an_exception():
    class Rude(Exception):
        def __str__(self):
            raise ValueError

    def rude():
        raise Rude

    outcome = run(rude)
    assert (outcome.kind, outcome.error, outcome.message) == ("error", "Rude", "")


def test_a_very_long_message_is_cut():
    def long():
        raise ValueError("x" * 10**6)

    assert len(run(long).message) == 500


def stub():
    raise NotImplementedError


def test_a_stub_is_not_tried_also_when_another_function_calls_it():
    assert run(stub).kind == "not tried"
    outcome = run(lambda: stub())
    assert (outcome.kind, outcome.function) == ("not tried", "stub")


def test_not_implemented_by_a_library_is_an_error():
    import io

    def asks():
        import asyncio

        asyncio.AbstractEventLoop().run_forever()  # raises NotImplementedError inside the standard library
        return io

    assert run(asks).kind == "error"


def endless(x):
    return endless(x + 1)


def test_endless_recursion():
    outcome = run(endless, x=1)
    assert outcome.kind == "recursion" and "endless" in outcome.code


@pytest.mark.parametrize("leave", [lambda: sys.exit(), lambda: sys.exit("bye"), lambda: exit(), lambda: quit(3)])
def test_exit(leave):
    assert run(leave).kind == "exit"


def test_the_kernel_is_not_ended_by_ipythons_exit(monkeypatch):
    import types

    shell = types.SimpleNamespace(asked=False)
    shell.ask_exit = original = lambda: setattr(shell, "asked", True)
    monkeypatch.setitem(sys.modules, "IPython", types.SimpleNamespace(get_ipython=lambda: shell))
    assert run(lambda: shell.ask_exit()).kind == "exit"
    assert not shell.asked and shell.ask_exit is original


@pytest.mark.parametrize("ask", [lambda: input("?"), lambda: sys.stdin.readline(), lambda: list(sys.stdin)])
def test_input(ask):
    before = builtins.input, sys.stdin
    assert run(ask).kind == "input"
    assert (builtins.input, sys.stdin) == before


def test_a_keyboard_interrupt_is_the_users_stop():
    def stop():
        raise KeyboardInterrupt

    assert run(stop).kind == "stopped"


def loops():
    while True:
        pass


def loops_and_swallows():
    while True:
        try:
            time.sleep(0.01)
        except:  # noqa: E722
            continue


def loops_and_swallows_twice():
    while True:
        try:
            try:
                time.sleep(0.003)
            except:  # noqa: E722
                continue
        except:  # noqa: E722
            continue


def sleeps():
    time.sleep(60)


def swallows_and_returns():
    try:
        time.sleep(60)
    except BaseException:
        return 5


def swallows_and_raises():
    try:
        time.sleep(60)
    except BaseException:
        raise ValueError("other") from None


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="no timer signals here")
@pytest.mark.parametrize("function", [
    loops, loops_and_swallows, loops_and_swallows_twice, sleeps, swallows_and_returns, swallows_and_raises,
])
def test_a_call_that_never_ends_is_stopped(function):
    before = signal.getsignal(signal.SIGALRM), sys.gettrace()
    outcome = run(function, seconds=LIMIT)
    assert outcome.kind == "timeout" and outcome.value is None
    assert LIMIT <= outcome.seconds < 20
    assert (signal.getsignal(signal.SIGALRM), sys.gettrace()) == before
    # An exception cut off in an `except` part must not seem to be handled for ever after.
    assert sys.exc_info() == (None, None, None)


def test_the_place_where_it_was_stopped_is_known():
    outcome = run(loops, seconds=LIMIT)
    assert outcome.function == "loops" and outcome.code in ("while True:", "pass")


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="no timer signals here")
def test_somebody_elses_timer_is_given_back():
    fired = []
    handler = signal.signal(signal.SIGALRM, lambda *_: fired.append(1))
    before = signal.setitimer(signal.ITIMER_REAL, 1000, 7)
    try:
        run(lambda: 1)
        left, interval = signal.getitimer(signal.ITIMER_REAL)
        assert 900 < left <= 1000 and interval == 7
        # One that comes due during the call is delivered right after it.
        signal.setitimer(signal.ITIMER_REAL, 0.05)
        assert run(loops, seconds=LIMIT).kind == "timeout"
        deadline = time.monotonic() + 20
        while not fired and time.monotonic() < deadline:
            pass
        assert fired
    finally:
        signal.setitimer(signal.ITIMER_REAL, *before)
        signal.signal(signal.SIGALRM, handler)


def test_a_call_within_a_call_leaves_the_outer_limit_in_force():
    def outer():
        assert run(lambda: 1).kind == "value"
        assert run(loops, seconds=0.05).kind == "timeout"
        while True:
            pass

    assert run(outer, seconds=LIMIT).kind == "timeout"


def in_thread(function):
    result = []
    thread = threading.Thread(target=lambda: result.append(function()), daemon=True)
    thread.start()
    thread.join(60)
    return result[0]


def test_off_the_main_thread_a_loop_is_stopped_and_nothing_is_left_pending():
    assert in_thread(lambda: run(loops, seconds=LIMIT)).kind == "timeout"

    def thousand():
        outcomes = {run(lambda: 1, seconds=0.0005).kind for _ in range(200)}
        return outcomes, sum(i for i in range(10_000))

    # A limit that passes while the call returns must not raise later, in our own code.
    outcomes, total = in_thread(thousand)
    assert outcomes <= {"value", "timeout"} and total == 49_995_000


def test_a_limit_that_passes_while_the_call_returns_never_raises_in_our_code():
    for _ in range(500):
        assert run(lambda: sum(range(2000)), seconds=0.0005).kind in ("value", "timeout")


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="no timer signals here")
def test_an_alarm_in_our_own_code_is_let_pass(monkeypatch):
    stop = signal.setitimer

    def late(which, seconds, interval=0.0):
        if seconds == 0:
            signal.raise_signal(signal.SIGALRM)  # the limit passes just as the timer is being taken down
        return stop(which, seconds, interval)

    monkeypatch.setattr(limits.signal, "setitimer", late)
    assert limits.limited(lambda: 5, 10) == 5


def test_limited_passes_values_and_exceptions():
    assert limits.limited(lambda: 5, 1) == 5
    for error in (KeyError, StopIteration, GeneratorExit):

        def fails(error=error):
            raise error("x")

        with pytest.raises(error):
            limits.limited(fails, 1)

        def work(error=error, fails=fails):
            with pytest.raises(error):
                limits.limited(fails, 1)
            return True

        assert in_thread(work)
