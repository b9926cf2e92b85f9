internal import CRecipes

/// How one kind of outside system pushes into a table: a program or instructions, ready to be copied.
///
/// The texts are the files of `deploy/recipes`, which run as they are; a recipe for a table differs from its file in the
/// address alone. No recipe holds a secret: each says where it goes.
public struct PushRecipe: Sendable, Equatable {
    /// Which system.
    public let title: String
    /// The name of the file, e.g. `push.sh`.
    public let file: String
    public let text: String

    /// What stands in the files where the address of the table goes.
    static let exampleAddress = "https://gateway.example/v1/tables/1/webhook"

    /// One recipe for each system, for the table at `address`.
    public static func all(for address: PushAddress) -> [PushRecipe] {
        UnsafeBufferPointer(start: martlet_recipes_list(), count: martlet_recipes_count).map { file in
            let name = String(cString: file.name)
            let text = String(decoding: UnsafeBufferPointer(start: file.text, count: file.length), as: UTF8.self)
            return PushRecipe(
                title: titles[name] ?? name, file: name,
                text: text.replacing(exampleAddress, with: address.description))
        }
    }

    private static let titles = [
        "push.sh": "Shell, with openssl and curl", "push.py": "Python", "push.php": "PHP", "zapier.js": "Zapier",
        "n8n.json": "n8n", "make.md": "Make",
    ]
}
