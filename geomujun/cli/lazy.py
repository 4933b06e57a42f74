"""The commands by name, loaded when they are called: help and `check` need no engine.

Help texts stand here so that `--help` imports nothing; each is the first line of the command's own
docstring, which a test compares.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any, Final, cast

import typer
from typer.core import TyperGroup

from geomujun.errors import MachineError
from geomujun.lang import t

# Name -> module:object, help. In the order people read them.
COMMANDS: Final[dict[str, tuple[str, str]]] = {
    "doctor": (
        "doctor:doctor",
        "本机缺什么、怎么补 · what is missing on this machine, and the command that mends it.",
    ),
    "demo": (
        "demo:demo",
        "生成演示县并完成全部工作 · make the demo county and do the whole job on it.",
    ),
    "check": (
        "check:check",
        "逐个文件说明读法与剔除 · a verdict per file: format, encoding, CRS, columns, units, rows.",
    ),
    "run": ("run_case:run", "对一个案卷文件夹做全部工作 · do the whole job on a case folder."),
    "plan": (
        "plan:plan",
        "低效用地整治计划：成片、排序、选优 · remediation plan for low-efficiency land.",
    ),
    "progress": (
        "plan:progress",
        "整治进度与年度目标 · progress of remediation against the year's target.",
    ),
    "leaders": (
        "leaders:leaders",
        "亩均效益领跑者：七张名单 · leaders in yield per mu, seven lists.",
    ),
    "monitor": (
        "leaders:monitor",
        "监测预警：体检表单和到期、降档、税收骤降提醒 · yearly check-up and alerts.",
    ),
    "measures": ("measures:app", "分类施策 · differential policies by grade"),
    "sheets": (
        "sheets:sheets",
        "一企一档、一宗一档：单页档案 · one-page sheets of enterprises and parcels.",
    ),
    "forms": ("sheets:forms", "一企一单、核查表往返 · forms out and back"),
    "explain": (
        "explain:explain",
        "说明一对宗地与企业为何对应，只给企业代码则说明其评价 · "
        "why a pair is linked; a firm alone.",
    ),
    "match": (
        "match:match",
        "一条记录对应哪家企业：候选、概率、证据 · which enterprise one record means, and why.",
    ),
    "learn": (
        "learn:learn",
        "从案卷自身和人工决定中学习权重 · learn weights from a case and from decisions.",
    ),
    "simulate": (
        "simulate:simulate",
        "换一套规则试算：谁升谁降、涉及多少地和税、减免多少 · what other rules would change.",
    ),
    "scheme": ("scheme:app", "评价方案：列出、查看、检查、比较、新建 · evaluation schemes"),
    "db": ("db:app", "PostGIS 数据库 · the database"),
    "load": (
        "service:load",
        "把一个案卷导入 PostGIS：全部导入或不留痕迹 · load a case, whole or not at all.",
    ),
    "publish": (
        "service:publish",
        "计算并生成一个新的发布（草稿） · run the engine and keep a new edition, as a draft.",
    ),
    "serve": (
        "serve:serve",
        "启动接口服务：准备数据库，然后监听 · make the database ready, then serve the API.",
    ),
    "keys": ("keys:app", "接口密钥 · keys of the API"),
    "export": ("export:app", "导出已发布的结果 · published results as files"),
    "edition": ("service:edition", "已发布的结果 · publications"),
    "review": ("review:app", "人工复核 · decisions of people"),
    "audit": ("review:audit_app", "审计 · the audit log"),
}


class LazyGroup(TyperGroup):
    """A group that puts the real command in place of its stand-in when it is called."""

    def resolve_command(self, ctx: Any, args: list[str]) -> tuple[Any, Any, list[str]]:
        """The command the arguments name, loaded."""
        name, command, rest = super().resolve_command(ctx, args)
        return name, loaded(name) if name in COMMANDS else command, rest


def add_stand_ins(app: typer.Typer) -> None:
    """Give a tree every name with its help."""

    def nothing() -> None:
        """Replaced by `LazyGroup` before it could be called."""

    for name, (_, text) in COMMANDS.items():
        app.command(name, help=text)(nothing)


def loaded(name: str) -> Any:
    """The command of a name.

    Raises:
        MachineError: a package it needs is not installed.
    """
    module, attribute = COMMANDS[name][0].split(":")
    try:
        found = getattr(import_module(f"geomujun.cli.{module}"), attribute)
    except ModuleNotFoundError as e:
        raise MachineError(
            t("缺少 Python 包 {m}", "the Python package {m} is missing", m=e.name or str(e)),
            hint="make setup；geomujun doctor",
        ) from e
    outer = typer.Typer(add_completion=False)
    outer.callback()(lambda: None)  # makes it a group, whatever it holds
    if isinstance(found, typer.Typer):
        outer.add_typer(found, name=name)
    else:
        outer.command(name)(found)
    group = cast("TyperGroup", typer.main.get_command(outer))
    return group.commands[name]
