"""Saying no, with reasons for people."""


class Refused(ValueError):
    """A wish that cannot be granted; the arguments are sentences for people."""

    @property
    def reasons(self) -> list[str]:
        return [str(reason) for reason in self.args]
