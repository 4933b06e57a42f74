"""`geomujun scheme`: list, show, check, compare and start evaluation schemes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from geomujun.cli import console
from geomujun.cli.extensions import formulas
from geomujun.cli.options import Json
from geomujun.errors import DataError, SchemeError, UsageError
from geomujun.evaluation.indicators import ENTERPRISE, REGION, UNITS
from geomujun.lang import t
from geomujun.policy import describe, schema, schemes
from geomujun.policy.model import Scheme
from geomujun.policy.reading import FaultError, parse
from geomujun.policy.skeleton import skeleton

app = typer.Typer(
    no_args_is_help=True, help="评价方案：列出、查看、检查、比较、新建 · evaluation schemes"
)
SUFFIXES: Final = (".yaml", ".yml")
Year = Annotated[
    int | None,
    typer.Option(
        "--year",
        min=1990,
        max=2100,
        help="数值以哪年底为准；缺省取最后一次变动的年份 · values of which year",
    ),
]
Name = Annotated[
    str,
    typer.Argument(help="方案 id 或 YAML 文件，可加 +变体 · id or file", metavar="SCHEME"),
]


def read(name: str) -> tuple[str, str, list[str]]:
    """YAML text, file name for messages, and variants asked for, of an id or a file.

    Raises:
        SchemeError: no such scheme, or a file that cannot be read.
    """
    head, *wanted = name.split(schemes.PLUS)
    if Path(name).suffix in SUFFIXES and Path(name).is_file():
        head, wanted = name, []
    if Path(head).suffix not in SUFFIXES:
        return schemes.text_of(head), f"{head}.yaml", wanted
    try:
        return Path(head).read_text("utf-8-sig"), Path(head).name, wanted
    except (OSError, UnicodeDecodeError) as e:
        raise SchemeError(
            t("读不出：{e}", "cannot be read: {e}", e=getattr(e, "strerror", None) or e),
            where=head,
            hint=t(
                "给出方案 id，或一个 UTF-8 的 YAML 文件", "a scheme id, or a YAML file in UTF-8"
            ),
        ) from e


def load_scheme(name: str, year: int | None = None) -> Scheme:
    """A scheme by id or file, with variants, its indicators known to exist.

    Args:
        name: ``zhejiang-2022``, ``zhejiang-2022+carbon``, ``mine.yaml``, ``mine.yaml+pilot``.
        year: Year of the figures; None: the last in which a value changes.

    Raises:
        SchemeError: no such scheme or file, or faults in it.
    """
    text, file, wanted = read(name)
    if year is None:
        year = schemes.years(parse(text, file).value)[-1]
    return schemes.load(text, year, file, wanted, formulas())


@app.command("list")
def list_(as_json: Json = False) -> None:
    """列出自带的方案 · packaged schemes."""
    found = [load_scheme(name) for name in schemes.available()]
    if as_json:
        console.out(_json([_head(s) for s in found]))
        return
    for scheme in found:
        console.out(f"{scheme.id}  {scheme.title}")
        for key, label in scheme.variants:
            console.out(f"  {scheme.id}+{key}  {label}")


@app.command("show")
def show(name: Name, year: Year = None, as_json: Json = False) -> None:
    """用平常话说明一个方案 · a scheme in plain words."""
    scheme = load_scheme(name, year)
    if as_json:
        facts = [
            {"path": f.path, "section": f.section, "name": f.name, "item": f.item, "text": f.text}
            for f in describe.facts(scheme)
        ]
        console.out(_json(_head(scheme) | {"facts": facts}))
        return
    for line in describe.lines(scheme):
        console.out(line)


@app.command("check")
def check(
    files: Annotated[list[str], typer.Argument(help="方案 id 或 YAML 文件", metavar="SCHEME...")],
    as_json: Json = False,
) -> None:
    """检查方案，列出全部错误；有错退出码为 3 · every fault of a scheme."""
    faults: dict[str, tuple[FaultError, ...]] = {}
    for name in files:
        text, file, _ = read(name)
        faults[name] = schemes.check(text, file, formulas())
    if as_json:
        console.out(_json({n: [_fault(f) for f in found] for n, found in faults.items()}))
    for name, found in faults.items() if not as_json else ():
        for fault in found:
            console.out(str(fault))
            if fault.hint:
                console.out(f"    {fault.hint}")
        if not found:
            console.out(t("{f}：没有错误", "{f}: no faults", f=name))
    if any(faults.values()):
        raise typer.Exit(DataError.exit_code)


@app.command("diff")
def diff(before: Name, after: Name, year: Year = None, as_json: Json = False) -> None:
    """比较两个方案 · what two schemes differ in."""
    changes = describe.compare(load_scheme(before, year), load_scheme(after, year))
    if as_json:
        rows = [{"path": c.fact.path, "before": c.before, "after": c.after} for c in changes]
        console.out(_json(rows))
        return
    for change in changes:
        nothing = t("（无）", "(none)")
        name = " ".join(w for w in (change.fact.section, change.fact.item, change.fact.name) if w)
        console.out(f"{name}{t('：', ': ')}{change.before or nothing} → {change.after or nothing}")
    if not changes:
        console.out(t("没有不同", "no difference"))


@app.command("new")
def new(
    file: Annotated[Path, typer.Argument(help="要写的 YAML 文件 · file to write", metavar="FILE")],
    scheme_id: Annotated[str, typer.Option("--id", help="方案 id；缺省取文件名 · its id")] = "",
    title: Annotated[str, typer.Option("--title", help="方案名称 · its title")] = "（方案名称）",
) -> None:
    """写一份带说明的样稿，旁边放编辑器用的 JSON Schema · a commented skeleton."""
    if file.suffix not in SUFFIXES:
        raise UsageError(t("文件名应以 .yaml 结尾", "the name must end in .yaml"), where=str(file))
    if file.exists():
        raise UsageError(t("文件已有，不覆盖", "the file exists; it is kept"), where=str(file))
    text = skeleton(scheme_id or file.stem, title)
    file.parent.mkdir(parents=True, exist_ok=True)
    beside = file.parent / schema.NAME
    beside.write_text(schema.packaged(), "utf-8")
    file.write_text(text, "utf-8")
    console.out(str(file))
    console.out(str(beside))


@app.command("indicators")
def indicators(as_json: Json = False) -> None:
    """列出方案可用的指标 · the indicators a scheme can name."""
    formulas()
    rows = [
        {"id": name, "subject": subject, "unit": UNITS.get(name, ""), "what": _what(formula)}
        for subject, registry in (("enterprise", ENTERPRISE), ("region", REGION))
        for name, formula in sorted(registry.items())
    ]
    if as_json:
        console.out(_json(rows))
        return
    for row in rows:
        console.out(f"{row['subject']:<10}  {row['id']:<26}  {row['unit']}  {row['what']}")


def _what(formula: Any) -> str:
    return (formula.__doc__ or "").strip().splitlines()[0] if formula.__doc__ else ""


def _head(scheme: Scheme) -> dict[str, Any]:
    return {
        "id": scheme.id,
        "title": scheme.title,
        "subject": scheme.subject,
        "division": scheme.division,
        "year": scheme.year,
        "sha256": scheme.sha256,
        "sources": [s.id for s in scheme.sources],
        "variants": dict(scheme.variants),
    }


def _fault(fault: FaultError) -> dict[str, Any]:
    return {
        "file": fault.file,
        "line": fault.line,
        "key": fault.key,
        "message": fault.message,
        "hint": fault.hint,
    }


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True)
