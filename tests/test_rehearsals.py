"""Queues on a clock that jumps: every run the same, no time passes, and whatever they do, nothing hangs."""

import asyncio
import time

import pytest
from layerwise import serve
from layerwise.check import call as calling

CALM = {"max_batch": 2, "max_wait": 0.01, "most_waiting": 8, "seconds": [0.02, 0.03]}


class Queue(serve.Rehearsed):
    """Batches of two, as lesson 25 builds them."""

    def __init__(self, call, max_batch, max_wait, most_waiting):
        self.call, self.max_batch, self.max_wait = call, max_batch, max_wait
        self.waiting = asyncio.Queue(most_waiting)

    async def ask(self, request):
        loop = asyncio.get_running_loop()
        answer = loop.create_future()
        self.waiting.put_nowait((loop.time(), request, answer))
        return await answer

    async def work(self):
        while True:
            batch = [await self.waiting.get()]
            try:
                async with asyncio.timeout_at(batch[0][0] + self.max_wait):
                    while len(batch) < self.max_batch:
                        batch.append(await self.waiting.get())
            except TimeoutError:
                pass
            answers = await self.call([request for _, request, _ in batch])
            for (_, _, future), answer in zip(batch, answers, strict=True):
                if not future.done():
                    future.set_result(answer)


def test_a_rehearsal_takes_no_time_and_is_the_same_each_time():
    began = time.monotonic()
    first, second = (Queue.rehearse([0.0, 100.0, 100.002, 5000.0], **CALM) for _ in range(2))
    assert first == second and time.monotonic() - began < 5
    assert first["calls"] == [[0.01, [0]], [100.002, [1, 2]], [5000.01, [3]]]
    kinds, whose, when = zip(*first["replies"], strict=True)
    assert kinds == ("answer",) * 4 and whose == (0, 1, 2, 3)
    assert when == pytest.approx((0.03, 100.032, 100.032, 5000.03))
    assert first["at_once"] == 1 and first["ended"] == ""


def test_it_runs_inside_the_loop_of_a_notebook_and_leaves_that_as_it_was():
    async def cell():
        loop = asyncio.get_running_loop()
        result = Queue.rehearse([0.0], **CALM)
        assert asyncio.get_running_loop() is loop
        await asyncio.sleep(0)
        assert asyncio.all_tasks() == {asyncio.current_task()}
        return result

    assert asyncio.run(cell())["replies"][0][:2] == ["answer", 0]


def test_a_client_that_goes_and_a_request_that_cannot_be_read_are_written_down():
    gone = Queue.rehearse([0.0, 0.001, 1.0], **CALM, gone=[(0, 0.005)])
    assert [reply[0] for reply in gone["replies"]] == ["gone", "answer", "answer"]
    broken = Queue.rehearse([0.0, 0.001, 1.0], **CALM, unreadable=[1])
    assert [reply[0] for reply in broken["replies"]] == ["nothing"] * 3
    assert broken["ended"] == "Unreadable", "this queue does not catch what a call raises"


def test_a_full_queue_is_told_from_an_error():
    full = Queue.rehearse([0.0, 0.001, 0.002, 0.003], 1, 0.0, 1, [1.0])
    assert [reply[0] for reply in full["replies"]] == ["answer", "answer", "busy", "busy"]


@pytest.mark.parametrize("ended, wait", [
    ("waits", lambda: asyncio.Event().wait()),
    ("spins", lambda: asyncio.sleep(0)),
    ("waits", lambda: asyncio.sleep(0.5)),
])
def test_who_waits_for_ever_is_told_and_does_not_hang(ended, wait):
    class Idle(Queue):
        async def work(self):
            while True:
                await wait()

    result = Idle.rehearse([0.0, 0.1], **CALM)
    assert result["ended"] == ended
    assert result["replies"] == [["nothing", None, None]] * 2


def test_who_refuses_to_be_cancelled_is_left_behind():
    class Stubborn(Queue):
        async def work(self):
            while True:
                try:
                    await asyncio.Event().wait()
                except asyncio.CancelledError:
                    continue

    assert Stubborn.rehearse([0.0], **CALM)["ended"] == "waits"


def test_a_loop_without_an_end_is_stopped_by_the_limit_of_a_check():
    class Endless(Queue):
        async def work(self):
            while True:
                pass

    outcome = calling.call(lambda answer, inputs: answer.rehearse([0.0], **CALM), Endless, {}, seconds=0.3)
    assert outcome.kind == "timeout" and outcome.seconds < 5


def test_a_mistake_of_the_code_comes_out_and_a_stub_is_not_tried():
    class Broken(Queue):
        async def work(self):
            return self.nothing_of_this_name

    class Stub(Queue):
        async def ask(self, request):
            raise NotImplementedError

    with pytest.raises(AttributeError, match="nothing_of_this_name"):
        Broken.rehearse([0.0], **CALM)
    with pytest.raises(NotImplementedError):
        Stub.rehearse([0.0], **CALM)
