"""Do a piece of work for the newest request only: what was asked for meanwhile is outdated."""

import threading


class Newest:
    """Run `work` soon after each request, one run at a time, and once more if requests came while it ran.

    Args:
        work: A function without arguments that looks up itself what is wanted now.
        name: Of the thread.
    """

    def __init__(self, work, *, name):
        self._work, self._name = work, name
        self._lock = threading.Lock()
        self._asked = self._answered = 0
        self._running = False

    def ask(self, *, wait=False):
        """Ask for a run.

        Args:
            wait: Run here and now rather than in a thread, unless one is running already: that one will see to it.
        """
        with self._lock:
            self._asked += 1
            if self._running:
                return
            self._running = True
        if wait:
            self._run()
        else:
            threading.Thread(target=self._run, name=self._name, daemon=True).start()

    def _run(self):
        try:
            while True:
                with self._lock:
                    if self._answered == self._asked:
                        self._running = False
                        return
                    self._answered = self._asked
                self._work()
        except BaseException:  # the kernel's interrupt among them: the next request must find the way free
            with self._lock:
                self._running = False
            raise
