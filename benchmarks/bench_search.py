"""How fast and how well variables are found.

The time of one search over many variables is compared with one plain pass over the same names
that asks of each whether it contains the query's first word. With --lists, the labelled queries
are searched and every miss is shown; --semantic needs the extra of that name.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median
from time import perf_counter

from perda.core_data_structures.single_run_data import SingleRunData
from perda.sample import sample_names
from perda.utils.search import search

_QUERIES = Path(__file__).parents[1] / "tests" / "utils"
_CASES = (
    "soc",
    "pack volt",
    "front right wheel speed",
    "stering angel",
    "pcm.wheelSpeeds.front",
    "highest temperature of the rear left tire in the middle",
)


def main() -> None:
    options = _options()
    run = _run(_many_names(options.variables))
    first = _seconds(lambda: search(run, "warm up"))
    print(f"variables   {options.variables:,}")
    print(f"first       {first * 1e3:.1f} ms, building the index included")
    for query in _CASES:
        ours = _median_seconds(lambda query=query: search(run, query))
        plain = _median_seconds(lambda query=query: _contains(run, query))
        print(f"{ours * 1e3:6.2f} ms   {ours / plain:5.0f} x plain   {query}")
    for path in [_QUERIES / name for name in options.lists]:
        _report_misses(path, options.semantic)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--variables", type=int, default=5000)
    parser.add_argument(
        "--lists",
        nargs="*",
        default=["search_queries.tsv", "search_queries_unseen.tsv", "search_queries_late.tsv"],
    )
    parser.add_argument("--semantic", action="store_true")
    return parser.parse_args()


def _many_names(count: int) -> list[tuple[str, str]]:
    known = sample_names(832)
    return [
        (f"car{n // len(known)}.{name}" if n >= len(known) else name, descript)
        for n in range(count)
        for name, descript in [known[n % len(known)]]
    ]


def _run(names: Sequence[tuple[str, str]]) -> SingleRunData:
    return SingleRunData(
        id_to_instance={},
        cpp_name_to_id={name: var_id for var_id, (name, _) in enumerate(names)},
        id_to_cpp_name={var_id: name for var_id, (name, _) in enumerate(names)},
        id_to_descript={var_id: descript for var_id, (_, descript) in enumerate(names)},
        total_data_points=0,
        data_start_time=0,
        data_end_time=0,
    )


def _contains(run: SingleRunData, query: str) -> list[str]:
    word = query.split()[0].lower()
    return [name for name in run.cpp_name_to_id if word in name.lower()]


def _report_misses(path: Path, semantic: bool) -> None:
    run = _run(sample_names(832))
    rows = [line.split("\t") for line in path.read_text().splitlines() if not line.startswith("#")]
    ranks = []
    print(f"\n{path.name}")
    for _, query, wanted in rows:
        found = [r.cpp_name for r in search(run, query, semantic=semantic)]
        rank = next((n for n, name in enumerate(found, 1) if name in wanted.split()), None)
        ranks.append(rank)
        if rank != 1:
            print(f"  {query!r}: wanted {wanted}, rank {rank}, first {found[:1]}")
    first = sum(rank == 1 for rank in ranks)
    three = sum(rank is not None and rank <= 3 for rank in ranks)
    print(f"  first place {first} of {len(ranks)}, in the first three {three}")


def _seconds(action: Callable[[], object]) -> float:
    start = perf_counter()
    action()
    return perf_counter() - start


def _median_seconds(action: Callable[[], object]) -> float:
    return median(_seconds(action) for _ in range(20))


if __name__ == "__main__":
    main()
