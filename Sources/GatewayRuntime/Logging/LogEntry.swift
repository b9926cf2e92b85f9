import JSONFilter
import Logging
import WebhookCore

/// One message, ready to be laid out.
struct LogEntry {
    let time: Timestamp
    let level: Logger.Level
    let label: String
    let message: String
    let error: String?
    let metadata: Logger.Metadata

    /// Members that metadata cannot take: theirs get an underscore behind the name.
    private static let ownNames: Set<String> = ["time", "level", "logger", "message", "error"]

    /// One JSON object and a line break. Metadata are members of it, in the order of their names.
    var json: [UInt8] {
        var writer = JSONWriter(reservingCapacity: 256)
        writer.beginObject()
        writer.name("time")
        writer.string(time.rfc3339())
        writer.name("level")
        writer.string(level.rawValue)
        writer.name("logger")
        writer.string(label)
        writer.name("message")
        writer.string(message)
        if let error {
            writer.name("error")
            writer.string(error)
        }
        for (name, value) in metadata.sorted(by: { $0.key < $1.key }) {
            writer.name(Self.ownNames.contains(name) ? "\(name)_" : name)
            writer.metadata(value)
        }
        writer.endObject()
        return writer.bytes + [UInt8(ascii: "\n")]
    }

    /// `time level logger: message name=value` and a line break.
    var text: [UInt8] {
        var line = "\(time.rfc3339()) \(level.rawValue) \(label): \(message)"
        if let error { line += " error=\(error)" }
        for (name, value) in metadata.sorted(by: { $0.key < $1.key }) { line += " \(name)=\(value)" }
        return Self.withoutControls(line) + [UInt8(ascii: "\n")]
    }

    /// A message is one line, and commands a terminal nothing: control characters become `\u{..}`.
    private static func withoutControls(_ line: String) -> [UInt8] {
        guard line.unicodeScalars.contains(where: isControl) else { return Array(line.utf8) }
        var clean = ""
        for scalar in line.unicodeScalars {
            if isControl(scalar) {
                clean += scalar.escaped(asASCII: true)
            } else {
                clean.unicodeScalars.append(scalar)
            }
        }
        return Array(clean.utf8)
    }

    private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
        scalar.properties.generalCategory == .control
    }
}

extension JSONWriter {
    /// Numbers and booleans stay what they are; everything else that describes itself is a string.
    fileprivate mutating func metadata(_ value: Logger.Metadata.Value) {
        switch value {
        case .string(let text): string(text)
        case .stringConvertible(let number as any BinaryInteger): integer(number)
        case .stringConvertible(let number as Double) where number.isFinite: double(number)
        case .stringConvertible(let truth as Bool): bool(truth)
        case .stringConvertible(let thing): string(thing.description)
        case .array(let values):
            beginArray()
            for value in values { metadata(value) }
            endArray()
        case .dictionary(let members):
            beginObject()
            for (name, value) in members.sorted(by: { $0.key < $1.key }) {
                self.name(name)
                metadata(value)
            }
            endObject()
        }
    }
}
