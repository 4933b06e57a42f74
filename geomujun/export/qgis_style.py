"""QGIS styles (QML) of the GeoPackage's layers, from the same legend as the map.

Fills by grade with the letter as label, hatch on D, and a second hatch that a data-defined switch
turns on where ``low_efficiency`` is 1. Each property is written twice, as QGIS ≥ 3.20 (``Option``)
and older releases (``prop``) read it.

Source: QGIS, QgsFeatureRenderer::save and QgsSymbolLayerUtils; table `layer_styles` of its OGR
provider.
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Mapping
from typing import Final

from geomujun.domain.legend import Hatch, Outline, Swatch, legend

_HEAD: Final = "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n"
_PX_TO_MM: Final = 0.2646  # one CSS pixel


def _colour(hex_colour: str, opacity: float = 1.0) -> str:
    red, green, blue = (int(hex_colour[k : k + 2], 16) for k in (1, 3, 5))
    return f"{red},{green},{blue},{round(255 * opacity)}"


def _options(parent: ET.Element, values: Mapping[str, str]) -> None:
    box = ET.SubElement(parent, "Option", type="Map")
    for name, value in values.items():
        ET.SubElement(box, "Option", name=name, type="QString", value=value)
    for name, value in values.items():
        ET.SubElement(parent, "prop", k=name, v=value)


def _layer(symbol: ET.Element, kind: str, values: Mapping[str, str]) -> ET.Element:
    layer = ET.SubElement(
        symbol, "layer", {"class": kind, "enabled": "1", "locked": "0", "pass": "0"}
    )
    _options(layer, values)
    return layer


def _symbol(parent: ET.Element, kind: str, name: str) -> ET.Element:
    return ET.SubElement(
        parent, "symbol", type=kind, name=name, alpha="1", clip_to_extent="1", force_rhr="0"
    )


def _pen(line: Outline) -> dict[str, str]:
    return {
        "outline_color": _colour(line.colour),
        "outline_style": "dash" if line.dash else "solid",
        "outline_width": f"{line.width * _PX_TO_MM:.3f}",
        "outline_width_unit": "MM",
        "joinstyle": "miter",
    }


def _fill(symbol: ET.Element, colour: str, line: Outline, opacity: float = 1.0) -> None:
    style = "solid" if opacity > 0 else "no"
    _layer(symbol, "SimpleFill", {"color": _colour(colour, opacity), "style": style, **_pen(line)})


def _hatch(symbol: ET.Element, hatch: Hatch, name: str, when: str = "") -> None:
    layer = _layer(
        symbol,
        "LinePatternFill",
        {
            "angle": f"{hatch.angle:g}",
            "distance": f"{hatch.spacing * _PX_TO_MM:.3f}",
            "distance_unit": "MM",
            "line_width": f"{hatch.width * _PX_TO_MM:.3f}",
            "color": _colour(hatch.colour, hatch.opacity),
        },
    )
    line = _symbol(layer, "line", name)
    _layer(
        line,
        "SimpleLine",
        {
            "line_color": _colour(hatch.colour, hatch.opacity),
            "line_width": f"{hatch.width * _PX_TO_MM:.3f}",
            "line_width_unit": "MM",
            "line_style": "solid",
        },
    )
    if when:
        _switch(layer, when)


def _switch(layer: ET.Element, expression: str) -> None:
    """The symbol layer is drawn only where the expression holds."""
    box = ET.SubElement(ET.SubElement(layer, "data_defined_properties"), "Option", type="Map")
    ET.SubElement(box, "Option", name="name", type="QString", value="")
    inner = ET.SubElement(box, "Option", name="properties", type="Map")
    enabled = ET.SubElement(inner, "Option", name="enabled", type="Map")
    ET.SubElement(enabled, "Option", name="active", type="bool", value="true")
    ET.SubElement(enabled, "Option", name="expression", type="QString", value=expression)
    ET.SubElement(enabled, "Option", name="type", type="int", value="3")
    ET.SubElement(box, "Option", name="type", type="QString", value="collection")


def _document(renderer: dict[str, str]) -> tuple[ET.Element, ET.Element]:
    root = ET.Element("qgis", version="3.22.0", styleCategories="Symbology|Labeling")
    base = {"symbollevels": "0", "forceraster": "0", "enableorderby": "0"}
    return root, ET.SubElement(root, "renderer-v2", {**renderer, **base})


def _text(root: ET.Element) -> str:
    ET.indent(root, " ")
    return _HEAD + ET.tostring(root, encoding="unicode") + "\n"


def categorised(attribute: str, swatches: Mapping[str, Swatch], letters: str) -> str:
    """QML of polygons filled by ``attribute``; ``letters`` is the label expression."""
    words = legend()
    root, renderer = _document({"type": "categorizedSymbol", "attr": attribute})
    categories = ET.SubElement(renderer, "categories")
    symbols = ET.SubElement(renderer, "symbols")
    for n, (key, swatch) in enumerate(swatches.items()):
        ET.SubElement(
            categories, "category",
            value=key, symbol=str(n), label=swatch.title, render="true", type="string",
        )  # fmt: skip
        symbol = _symbol(symbols, "fill", str(n))
        _fill(symbol, swatch.colour, words.outlines["parcel"])
        if swatch.hatch:
            _hatch(symbol, words.hatches[swatch.hatch], f"@{n}@1")
        depth = 2 if swatch.hatch else 1
        low = words.hatches["low_efficiency"]
        _hatch(symbol, low, f"@{n}@{depth}", when='"low_efficiency" = 1')
    _labels(root, letters)
    return _text(root)


def _labels(root: ET.Element, expression: str) -> None:
    labeling = ET.SubElement(root, "labeling", type="simple")
    settings = ET.SubElement(labeling, "settings", calloutType="simple")
    style = ET.SubElement(
        settings, "text-style",
        fieldName=expression, isExpression="1", fontFamily="Noto Sans CJK SC", fontSize="8",
        fontSizeUnit="Point", fontWeight="75", textColor="26,26,26,255", textOpacity="1",
    )  # fmt: skip
    ET.SubElement(
        style, "text-buffer",
        bufferDraw="1", bufferSize="0.7", bufferSizeUnits="MM", bufferColor="255,255,255,255",
        bufferOpacity="0.85",
    )  # fmt: skip
    ET.SubElement(settings, "placement", placement="1", centroidInside="1", centroidWhole="1")
    ET.SubElement(
        settings, "rendering", scaleVisibility="1", scaleMin="0", scaleMax="15000", drawLabels="1"
    )


def single_fill(line: str, opacity: float) -> str:
    """QML of polygons in one outline of the legend, filled with its colour at ``opacity``."""
    outline = legend().outlines[line]
    root, renderer = _document({"type": "singleSymbol"})
    symbol = _symbol(ET.SubElement(renderer, "symbols"), "fill", "0")
    _fill(symbol, outline.colour, outline, opacity)
    return _text(root)


def points() -> str:
    """QML of firms: circles in the colour of their grade."""
    root, renderer = _document({"type": "categorizedSymbol", "attr": "grade"})
    categories = ET.SubElement(renderer, "categories")
    symbols = ET.SubElement(renderer, "symbols")
    for n, (key, swatch) in enumerate(legend().grades.items()):
        ET.SubElement(
            categories, "category",
            value=key, symbol=str(n), label=swatch.title, render="true", type="string",
        )  # fmt: skip
        symbol = _symbol(symbols, "marker", str(n))
        values = {
            "name": "circle", "size": "2.4", "size_unit": "MM", "color": _colour(swatch.colour),
            "outline_color": "255,255,255,255", "outline_style": "solid", "outline_width": "0.3",
        }  # fmt: skip
        _layer(symbol, "SimpleMarker", values)
    return _text(root)


def lines() -> str:
    """QML of links: thin lines, dashed while they wait for review."""
    outline = legend().outlines["selected"]
    root, renderer = _document({"type": "categorizedSymbol", "attr": "band"})
    categories = ET.SubElement(renderer, "categories")
    symbols = ET.SubElement(renderer, "symbols")
    for n, (key, style) in enumerate((("auto", "solid"), ("review", "dash"))):
        ET.SubElement(
            categories, "category",
            value=key, symbol=str(n), label=legend().word("band", key), render="true",
            type="string",
        )  # fmt: skip
        values = {
            "line_color": _colour(outline.colour, 0.8), "line_style": style,
            "line_width": "0.26", "line_width_unit": "MM",
        }  # fmt: skip
        _layer(_symbol(symbols, "line", str(n)), "SimpleLine", values)
    return _text(root)
