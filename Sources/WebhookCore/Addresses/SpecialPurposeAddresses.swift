/// Addresses that a webhook sender refuses by default.
///
/// Every row of the two IANA special-purpose registries as of 2026-07-18, and the ranges that those leave out. Rows that
/// are globally reachable are here too: they are anycast addresses of protocols, and no webhook lives there.
/// Renew the list before a release from
/// <https://www.iana.org/assignments/iana-ipv4-special-registry> and
/// <https://www.iana.org/assignments/iana-ipv6-special-registry>.
enum SpecialPurposeAddresses {
    struct Row: Sendable {
        let cidr: String
        let name: String
        /// Where the range is defined; `nil` for a cloud's own choice.
        let rfc: String?

        init(_ cidr: String, _ name: String, _ rfc: String?) {
            (self.cidr, self.name, self.rfc) = (cidr, name, rfc)
        }
    }

    struct Metadata: Sendable {
        let address: String
        let cloud: String

        init(_ address: String, _ cloud: String) {
            (self.address, self.cloud) = (address, cloud)
        }
    }

    /// The IPv4 registry.
    static let ipv4Registry: [Row] = [
        Row("0.0.0.0/8", "This network", "RFC791"),
        Row("0.0.0.0/32", "This host on this network", "RFC1122"),
        Row("10.0.0.0/8", "Private-Use", "RFC1918"),
        Row("100.64.0.0/10", "Shared Address Space (CGNAT)", "RFC6598"),
        Row("127.0.0.0/8", "Loopback", "RFC1122"),
        Row("169.254.0.0/16", "Link Local (cloud metadata lives here)", "RFC3927"),
        Row("172.16.0.0/12", "Private-Use", "RFC1918"),
        Row("192.0.0.0/24", "IETF Protocol Assignments", "RFC6890"),
        Row("192.0.0.0/29", "IPv4 Service Continuity Prefix", "RFC7335"),
        Row("192.0.0.8/32", "IPv4 dummy address", "RFC7600"),
        Row("192.0.0.9/32", "Port Control Protocol Anycast", "RFC7723"),
        Row("192.0.0.10/32", "Traversal Using Relays around NAT Anycast", "RFC8155"),
        Row("192.0.0.170/32", "NAT64/DNS64 Discovery", "RFC8880, RFC7050"),
        Row("192.0.0.171/32", "NAT64/DNS64 Discovery", "RFC8880, RFC7050"),
        Row("192.0.2.0/24", "Documentation (TEST-NET-1)", "RFC5737"),
        Row("192.31.196.0/24", "AS112-v4", "RFC7535"),
        Row("192.52.193.0/24", "AMT", "RFC7450"),
        Row("192.88.99.0/24", "Deprecated (6to4 Relay Anycast)", "RFC7526"),
        Row("192.88.99.2/32", "6a44-relay anycast address", "RFC6751"),
        Row("192.168.0.0/16", "Private-Use", "RFC1918"),
        Row("192.175.48.0/24", "Direct Delegation AS112 Service", "RFC7534"),
        Row("198.18.0.0/15", "Benchmarking", "RFC2544"),
        Row("198.51.100.0/24", "Documentation (TEST-NET-2)", "RFC5737"),
        Row("203.0.113.0/24", "Documentation (TEST-NET-3)", "RFC5737"),
        Row("240.0.0.0/4", "Reserved", "RFC1112"),
        Row("255.255.255.255/32", "Limited Broadcast", "RFC8190, RFC919"),
    ]

    /// The IPv6 registry.
    static let ipv6Registry: [Row] = [
        Row("::1/128", "Loopback Address", "RFC4291"),
        Row("::/128", "Unspecified Address", "RFC4291"),
        Row("::ffff:0:0/96", "IPv4-mapped Address", "RFC4291"),
        Row("64:ff9b::/96", "IPv4-IPv6 Translat. (NAT64 well-known)", "RFC6052"),
        Row("64:ff9b:1::/48", "IPv4-IPv6 Translat. (NAT64 local-use)", "RFC8215"),
        Row("100::/64", "Discard-Only Address Block", "RFC6666"),
        Row("100:0:0:1::/64", "Dummy IPv6 Prefix", "RFC9780"),
        Row("2001::/23", "IETF Protocol Assignments", "RFC2928"),
        Row("2001::/32", "TEREDO", "RFC4380, RFC8190"),
        Row("2001:1::1/128", "Port Control Protocol Anycast", "RFC7723"),
        Row("2001:1::2/128", "Traversal Using Relays around NAT Anycast", "RFC8155"),
        Row("2001:1::3/128", "DNS-SD Service Registration Protocol Anycast", "RFC9665"),
        Row("2001:2::/48", "Benchmarking", "RFC5180, RFC Errata 1752"),
        Row("2001:3::/32", "AMT", "RFC7450"),
        Row("2001:4:112::/48", "AS112-v6", "RFC7535"),
        Row("2001:10::/28", "Deprecated (previously ORCHID)", "RFC4843"),
        Row("2001:20::/28", "ORCHIDv2", "RFC7343"),
        Row("2001:30::/28", "Drone Remote ID Protocol Entity Tags (DETs) Prefix", "RFC9374"),
        Row("2001:db8::/32", "Documentation", "RFC3849"),
        Row("2002::/16", "6to4", "RFC3056"),
        Row("2620:4f:8000::/48", "Direct Delegation AS112 Service", "RFC7534"),
        Row("3fff::/20", "Documentation", "RFC9637"),
        Row("5f00::/16", "Segment Routing (SRv6) SIDs", "RFC9602"),
        Row("fc00::/7", "Unique-Local", "RFC4193, RFC8190"),
        Row("fe80::/10", "Link-Local Unicast", "RFC4291"),
    ]

    /// What the registries leave out: multicast, forms that embed IPv4, and all that is not global unicast.
    static let beyondRegistries: [Row] = [
        Row("224.0.0.0/4", "Multicast", "RFC5771"),
        Row("168.63.129.16/32", "Azure WireServer (platform address inside public space)", nil),
        Row("::/96", "IPv4-compatible (deprecated, embeds IPv4)", "RFC4291"),
        Row("::ffff:0:0:0/96", "IPv4-translated SIIT (embeds IPv4)", "RFC2765, RFC7915"),
        Row("fec0::/10", "Site-Local (deprecated)", "RFC3879"),
        Row("ff00::/8", "Multicast", "RFC4291"),
        Row("200::/7", "OSI NSAP-mapped (deprecated)", "RFC4048"),
        Row("::/3", "Not global unicast (only 2000::/3 is allocated)", "RFC4291"),
        Row("4000::/2", "Not global unicast (only 2000::/3 is allocated)", "RFC4291"),
        Row("8000::/1", "Not global unicast (only 2000::/3 is allocated)", "RFC4291"),
    ]

    static let all = ipv4Registry + ipv6Registry + beyondRegistries

    /// Where clouds answer with credentials of the machine. Each lies in a range above; it is listed to be named in
    /// messages, and because a wide range that an operator allows must not open it by accident.
    static let metadata: [Metadata] = [
        Metadata("169.254.169.254", "AWS, GCP, Azure, DigitalOcean, OpenStack"),
        Metadata("169.254.170.2", "AWS ECS task credentials"),
        Metadata("169.254.170.23", "AWS EKS pod identity"),
        Metadata("fd00:ec2::254", "AWS IMDS IPv6"),
        Metadata("fd00:ec2::23", "AWS EKS pod identity IPv6"),
        Metadata("100.100.100.200", "Alibaba"),
        Metadata("192.0.0.192", "Oracle (old)"),
        Metadata("168.63.129.16", "Azure WireServer"),
        Metadata("fd20:ce::254", "GCP IPv6"),
        Metadata("169.254.42.42", "Scaleway"),
    ]
}
