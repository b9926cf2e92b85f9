extension Timestamp {
    /// How many digits follow the second.
    public enum Precision: Int, Sendable {
        case milliseconds = 3
        case microseconds = 6
    }

    /// How the text says that it means UTC.
    public enum UTCDesignator: Sendable {
        /// `2026-11-22T15:04:05.123Z`
        case letter
        /// `2026-11-22T15:04:05.123+00:00`
        case numericOffset
    }

    /// RFC 3339 text in UTC. Digits beyond the precision are cut off, so that text never lies later than its time.
    ///
    /// Years outside 0000...9999, which RFC 3339 cannot write, come out with a sign or with more digits (ISO 8601).
    public func rfc3339(_ precision: Precision = .milliseconds, utc: UTCDesignator = .letter) -> String {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(32)
        appendRFC3339(to: &bytes, precision: precision, utc: utc)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Writes what `rfc3339` returns into `bytes`, without a string in between: payloads are built with it.
    func appendRFC3339(to bytes: inout [UInt8], precision: Precision = .milliseconds, utc: UTCDesignator) {
        // The longest: a sign, a year of six digits, and microseconds with a numeric offset.
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 40) { memory in
            var writer = DigitWriter(memory)
            write(to: &writer, precision: precision, utc: utc)
            bytes.append(contentsOf: writer.text)
        }
    }

    private func write(to writer: inout DigitWriter, precision: Precision, utc: UTCDesignator) {
        let seconds = Int(secondsSinceUnixEpoch)
        // Subtracting with overflow is safe here: the true difference is always 0..<1,000,000.
        let microsecond = Int(microsecondsSinceUnixEpoch &- Int64(seconds) &* 1_000_000)
        let (dayQuotient, dayRemainder) = seconds.quotientAndRemainder(dividingBy: 86_400)
        let days = dayRemainder < 0 ? dayQuotient - 1 : dayQuotient
        let second = seconds - days * 86_400
        let date = CivilDate(daysSinceUnixEpoch: days)

        if (0...9_999).contains(date.year) {
            writer.twoDigits(date.year / 100)
            writer.twoDigits(date.year % 100)
        } else {
            if date.year < 0 { writer.character(UInt8(ascii: "-")) }
            writer.decimal(abs(date.year), digits: 4)
        }
        writer.character(UInt8(ascii: "-"))
        writer.twoDigits(date.month)
        writer.character(UInt8(ascii: "-"))
        writer.twoDigits(date.day)
        writer.character(UInt8(ascii: "T"))
        writer.twoDigits(second / 3_600)
        writer.character(UInt8(ascii: ":"))
        writer.twoDigits(second / 60 % 60)
        writer.character(UInt8(ascii: ":"))
        writer.twoDigits(second % 60)
        writer.character(UInt8(ascii: "."))
        writer.decimal(precision == .milliseconds ? microsecond / 1_000 : microsecond, digits: precision.rawValue)
        switch utc {
        case .letter: writer.character(UInt8(ascii: "Z"))
        case .numericOffset:
            writer.character(UInt8(ascii: "+"))
            writer.twoDigits(0)
            writer.character(UInt8(ascii: ":"))
            writer.twoDigits(0)
        }
    }

    /// Reads RFC 3339 (§5.6) with any offset: `2026-11-22T16:04:05.123456+01:00`; `nil` for anything else.
    ///
    /// A space may stand for the `T`, both letters may be small. Digits beyond the microsecond are cut off. A leap
    /// second (`23:59:60` UTC) is read as the second that follows it, as POSIX time has no name for it.
    public init?(rfc3339 text: String) {
        var reader = DigitReader(text.utf8)
        guard
            let year = reader.number(digits: 4), reader.skip("-"),
            let month = reader.number(digits: 2), reader.skip("-"),
            let day = reader.number(digits: 2), reader.skip("T") || reader.skip("t") || reader.skip(" "),
            let hour = reader.number(digits: 2), hour < 24, reader.skip(":"),
            let minute = reader.number(digits: 2), minute < 60, reader.skip(":"),
            let second = reader.number(digits: 2), second <= 60,
            let date = CivilDate(year: year, month: month, day: day)
        else { return nil }

        var microsecond = 0
        if reader.skip(".") {
            guard let fraction = reader.fraction(digits: 6) else { return nil }
            microsecond = fraction
        }

        var offsetMinutes = 0
        if !(reader.skip("Z") || reader.skip("z")) {
            let east = reader.skip("+")
            guard
                east || reader.skip("-"),
                let hours = reader.number(digits: 2), hours < 24, reader.skip(":"),
                let minutes = reader.number(digits: 2), minutes < 60
            else { return nil }
            offsetMinutes = (hours * 60 + minutes) * (east ? 1 : -1)
        }
        guard reader.isAtEnd else { return nil }

        let minuteOfDay = hour * 60 + minute - offsetMinutes
        if second == 60 && (minuteOfDay + 1).isMultiple(of: 1_440) == false { return nil }
        let seconds = (date.daysSinceUnixEpoch * 1_440 + minuteOfDay) * 60 + second
        self.init(microsecondsSinceUnixEpoch: Int64(seconds) * 1_000_000 + Int64(microsecond))
    }
}
