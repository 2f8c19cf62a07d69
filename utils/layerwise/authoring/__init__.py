"""For people who make the course: sources, build, lint, run. Nothing that a learner imports stands here."""
