"""What was found while reading a log: the account of every line."""

from __future__ import annotations

from enum import StrEnum

from pydantic import BaseModel

MAX_EXAMPLES = 5
MAX_EXAMPLE_LENGTH = 120


class Finding(StrEnum):
    """A kind of thing worth reporting about a log."""

    # Lines that were left out.
    MALFORMED = "malformed sample"
    NUL_BYTES = "NUL bytes"
    NEGATIVE_TIME = "negative time"
    TRUNCATED = "truncated last line"
    BAD_DECLARATION = "malformed declaration"
    # Lines that were used all the same.
    MISSING_HEADER = "missing header"
    NOT_UTF8 = "not UTF-8"
    DUPLICATE_ID = "id declared twice"
    DUPLICATE_NAME = "name declared with two ids"
    UNDECLARED_ID = "id never declared"
    CUT_OFF = "packed file cut off"


PARSING_ERRORS = frozenset({Finding.MALFORMED, Finding.NUL_BYTES, Finding.NEGATIVE_TIME})
"""The kinds that count towards ``parsing_errors_limit``."""

LEFT_OUT = PARSING_ERRORS | {Finding.TRUNCATED, Finding.BAD_DECLARATION}
"""The kinds whose lines were left out of the run."""


class Example(BaseModel):
    """One line that shows a finding.

    Attributes
    ----------
    line : int
        Line number in the file, from 1; 0 where it is about no single line.
    text : str
        The line, shortened, with undecodable bytes and control characters replaced.
    """

    line: int
    text: str

    def __str__(self) -> str:
        return f"line {self.line:,}: {self.text}" if self.line else self.text


class Found(BaseModel):
    """How often something was found, and its first examples."""

    count: int = 0
    examples: list[Example] = []


class ParseReport(BaseModel):
    """The account of a log: ``lines = header + declarations + samples + blank + reported``.

    Attributes
    ----------
    lines : int
        Lines in the file, the unfinished last one included.
    header, declarations, samples, blank : int
        Lines used as such; a blank line is skipped.
    findings : dict of Finding to Found
        What was left out, or used with a remark.
    """

    lines: int = 0
    header: int = 0
    declarations: int = 0
    samples: int = 0
    blank: int = 0
    findings: dict[Finding, Found] = {}

    @property
    def reported(self) -> int:
        """Number of lines that were left out and reported."""
        return self._total(LEFT_OUT)

    @property
    def parsing_errors(self) -> int:
        """Number of lines that count towards ``parsing_errors_limit``."""
        return self._total(PARSING_ERRORS)

    @property
    def is_clean(self) -> bool:
        """Whether nothing at all was found."""
        return not self.findings

    def count(self, finding: Finding) -> int:
        """Return how often ``finding`` occurred."""
        found = self.findings.get(finding)
        return found.count if found else 0

    def add(self, finding: Finding, line: int, text: bytes | str, count: int = 1) -> None:
        """Count a finding and keep its line while there is room for examples.

        Parameters
        ----------
        finding : Finding
            The kind.
        line : int
            Line number, from 1; 0 if it belongs to no line.
        text : bytes or str
            The line.
        count : int
            How many there are of it.
        """
        found = self.findings.setdefault(finding, Found())
        found.count += count
        if len(found.examples) < MAX_EXAMPLES:
            found.examples.append(Example(line=line, text=_shortened(text)))

    def add_samples(self, lines: int) -> None:
        """Count lines that all are samples."""
        self.lines += lines
        self.samples += lines

    def summary(self) -> str:
        """Return the account in one line."""
        text = f"{self.samples:,} samples in {self.lines:,} lines"
        if self.is_clean:
            return f"{text}, nothing to report"
        kinds = ", ".join(f"{found.count:,} × {kind}" for kind, found in self.findings.items())
        return f"{text}, {self.reported:,} lines left out ({kinds})"

    def __str__(self) -> str:
        account = (
            f"Lines: {self.lines:,} = {self.header} header + {self.declarations:,} declarations"
            f" + {self.samples:,} samples + {self.blank:,} blank + {self.reported:,} left out"
        )
        return "\n".join([account, *(self._block(kind) for kind in self.findings)])

    def _block(self, kind: Finding) -> str:
        found = self.findings[kind]
        fate = "left out" if kind in LEFT_OUT else "used"
        lines = [f"{found.count:,} × {kind} ({fate})"]
        lines += [f"    {example}" for example in found.examples]
        return "\n".join(lines)

    def _total(self, kinds: frozenset[Finding]) -> int:
        return sum(found.count for kind, found in self.findings.items() if kind in kinds)


def _shortened(text: bytes | str) -> str:
    start = text[: MAX_EXAMPLE_LENGTH * 4]
    shown = start.decode(errors="replace") if isinstance(start, bytes) else start
    # A damaged log may hold anything; a terminal would obey its control characters.
    shown = "".join(c if c.isprintable() else "�" for c in shown.rstrip("\r\n"))
    return shown if len(shown) <= MAX_EXAMPLE_LENGTH else shown[:MAX_EXAMPLE_LENGTH] + "…"
