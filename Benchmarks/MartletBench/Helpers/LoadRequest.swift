/// What the load client sends again and again.
///
/// Confined to the thread of its client.
protocol LoadRequest: AnyObject {
    /// Of the request that was set last, head and body.
    var bytes: UnsafeMutableRawBufferPointer { get }

    /// Makes it the request of that number.
    func set(number: Int64)
}
