"""Grade what learners hand in, for instructors: ``layerwise grade SUBMISSIONS``.

The checks are those of the notebooks; see `layerwise.check`. What differs is where a learner's code runs: in a process
of its own that sees no solution, no other submission and no network, and gives plain values back.

| module | what it does |
|---|---|
| submission | reads notebooks, whatever happened to them |
| pieces | finds an answer and what it needs among the cells, by its exercise |
| sandbox | shuts a process in, with what the system has |
| zygote, session, peer, wire | the process, how it is asked, and what may pass between |
| grade | the grades of a folder |
| report | grades as tables and pages |
"""
