/// Shopify: `X-Shopify-Hmac-SHA256: <Base64 HMAC-SHA256 of the body>`, the topic in `X-Shopify-Topic`.
///
/// Of its two ids `X-Shopify-Webhook-Id` is that of one delivery. `X-Shopify-Event-Id` is shared by all deliveries of
/// one action of a merchant, so taking it for the delivery's would drop some of them; where it stands alone, it counts
/// together with the topic.
///
/// - https://shopify.dev/docs/apps/build/webhooks/delivery-structure
/// - https://shopify.dev/docs/apps/build/webhooks/ignore-duplicates
/// - https://shopify.dev/docs/apps/build/webhooks/subscribe/https#step-2-validate-the-origin-of-your-webhook-to-ensure-its-coming-from-shopify
struct ShopifyScheme: SourceRules {
    let keys: SourceKeys

    func verify(_ request: SourceRequest, now: Timestamp) throws(VerificationError) {
        let header = "X-Shopify-Hmac-SHA256"
        try keys.match([SignatureText.base64(try request.single(header), header: header)], over: [request.body])
    }

    func signedBesideID(_ request: SourceRequest) -> [UInt8]? { request.body }

    /// `orders/create` becomes `orders.create`.
    func read(_ content: SourceContent, of request: SourceRequest) -> SourceReading {
        let topic = request.header("X-Shopify-Topic")
        let event = request.header("X-Shopify-Event-Id").map { "\(topic ?? "")/\($0)" }
        return .event(type: topic, deliveryID: request.header("X-Shopify-Webhook-Id") ?? event)
    }
}
