/// What a declaration in a `style` attribute may consist of. Names are compared with their case.
enum StyleAllowlist {
    /// Custom properties are allowed besides, see `StyleFilter`.
    static let properties = [
        "background", "background-color", "background-image", "background-position", "background-repeat",
        "background-size", "background-attachment", "background-blend-mode", "border", "border-radius", "border-width",
        "border-color", "border-style", "border-right", "border-right-color", "border-right-style",
        "border-right-width", "border-bottom", "border-bottom-color", "border-bottom-left-radius",
        "border-bottom-right-radius", "border-bottom-style", "border-bottom-width", "border-left", "border-left-color",
        "border-left-style", "border-left-width", "border-top", "border-top-color", "border-top-left-radius",
        "border-top-right-radius", "border-top-style", "border-top-width", "border-spacing", "border-collapse",
        "caption-side", "columns", "column-count", "column-fill", "column-gap", "column-rule", "column-span",
        "column-width", "display", "color", "filter", "font", "font-family", "font-size", "font-style", "font-variant",
        "font-weight", "letter-spacing", "line-height", "text-align", "text-decoration", "text-indent",
        "text-transform", "white-space", "height", "min-height", "max-height", "width", "min-width", "max-width",
        "margin", "margin-right", "margin-bottom", "margin-left", "margin-top", "margin-block-start",
        "margin-block-end", "margin-inline-start", "margin-inline-end", "padding", "padding-right", "padding-bottom",
        "padding-left", "padding-top", "padding-block-start", "padding-block-end", "padding-inline-start",
        "padding-inline-end", "flex", "flex-basis", "flex-direction", "flex-flow", "flex-grow", "flex-shrink",
        "flex-wrap", "gap", "row-gap", "grid-template-columns", "grid-auto-columns", "grid-column-start",
        "grid-column-end", "grid-column", "grid-column-gap", "grid-template-rows", "grid-auto-rows", "grid-row-start",
        "grid-row-end", "grid-row", "grid-row-gap", "grid-gap", "justify-content", "justify-items", "justify-self",
        "align-content", "align-items", "align-self", "clear", "cursor", "direction", "float", "list-style-type",
        "object-fit", "object-position", "opacity", "overflow", "vertical-align", "writing-mode", "position", "top",
        "right", "bottom", "left", "z-index", "box-shadow", "aspect-ratio", "container-type", "fill", "fill-opacity",
        "fill-rule", "stroke", "stroke-dasharray", "stroke-dashoffset", "stroke-linecap", "stroke-linejoin",
        "stroke-miterlimit", "stroke-opacity", "stroke-width", "color-interpolation", "color-interpolation-filters",
        "paint-order", "stop-color", "stop-opacity", "flood-color", "flood-opacity", "lighting-color", "marker",
        "marker-end", "marker-mid", "marker-start", "clip-path", "clip-rule", "mask", "mask-type", "cx", "cy", "r",
        "rx", "ry", "x", "y", "d", "alignment-baseline", "baseline-shift", "dominant-baseline",
        "glyph-orientation-horizontal", "glyph-orientation-vertical", "text-anchor", "unicode-bidi", "word-spacing",
        "font-size-adjust", "font-stretch", "color-rendering", "image-rendering", "shape-rendering", "text-rendering",
        "vector-effect", "transform", "transform-origin", "pointer-events", "visibility",
    ]

    /// Whose values may contain `url(...)`.
    static let addressProperties = [
        "background", "background-image", "cursor", "filter", "clip-path", "fill", "marker", "marker-end", "marker-mid",
        "marker-start", "mask", "stroke",
    ]

    /// Whose values may contain gradients.
    static let gradientProperties = ["background", "background-image"]

    static let gradients = [
        "linear-gradient", "radial-gradient", "conic-gradient", "repeating-linear-gradient",
        "repeating-radial-gradient", "repeating-conic-gradient",
    ]

    /// Of any property.
    static let functions = [
        "var", "calc", "min", "max", "minmax", "clamp", "repeat", "matrix", "matrix3d", "perspective", "rotate",
        "rotate3d", "rotateX", "rotateY", "rotateZ", "scale", "scale3d", "scaleX", "scaleY", "scaleZ", "skew", "skewX",
        "skewY", "translate", "translate3d", "translateX", "translateY", "translateZ", "circle", "ellipse", "inset",
        "path", "polygon", "rect", "shape", "xywh",
    ]

    /// Only as arguments of the functions above.
    static let colors = ["rgb", "rgba"]
}
