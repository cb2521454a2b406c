import Elections
import Journal
import Operations
import Staff

/// The API's description (OpenAPI 3.1), made of the same tables that answer the requests: it cannot say anything else.
struct APIDescription: ConsoleTask {
    let context: ConsoleContext
    /// Where the console is reached: scheme, host and port.
    let address: String

    /// The whole description, from the tables of pages, files and actions.
    func made() throws -> JSONValue {
        var paths: [String: [String: JSONValue]] = [:]
        for view in ConsoleTables.views {
            paths["/" + view.path, default: [:]]["get"] = operation(
                view.path, view.permission, query: view.query,
                answer: ["application/json": try ModelType(of: view.template.model).schema])
        }
        for file in ConsoleTables.files where !file.path.contains("{ticket}") {
            let type =
                file.path.hasSuffix(".pdf")
                ? "application/pdf" : file.path.hasPrefix("help/") ? "image/png" : "text/csv"
            paths["/" + file.path, default: [:]]["get"] = operation(
                file.path, file.permission, query: [], answer: [type: nil])
        }
        // Choices that depend on who asks are described as a manager sees them.
        let call = ConsoleRequest(
            viewer: StaffActor(principal: .system("openapi"), role: .manager, interface: .api, language: .en),
            place: [:],
            values: [:],
            source: "api")
        for action in ConsoleTables.actions {
            var operation = operation(
                action.path, action.permission, query: [], answer: ["application/json": try answer(of: action)],
                isDeed: true)
            operation["summary"] = .text(text("\(action.name).title", .en))
            operation["requestBody"] = body(try action.fields(context, call), open: action.path.contains("{voter}"))
            paths["/" + action.path, default: [:]]["post"] = .object(operation)
        }
        paths["/" + RollUpload.path] = ["post": .object(try rollUpload())]
        return frame(paths.mapValues { .object($0) })
    }

    /// What stands around the paths.
    private func frame(_ paths: [String: JSONValue]) -> JSONValue {
        .object([
            "openapi": .text("3.1.0"),
            "info": .object([
                "title": .text("Isoloir: \(election.id)"), "version": .text("1"),
                "description": .text(
                    "What the console shows and does. A token has one role; what it may not do is answered with 403 and journalled. "
                        + "While the poll is open no answer tells who has voted."),
            ]),
            "servers": .list([.object(["url": .text(address + "/api/v1")])]),
            "security": .list([.object(["token": .list([])])]),
            "components": .object([
                "securitySchemes": .object([
                    "token": .object(["type": .text("http"), "scheme": .text("bearer")])
                ]),
                "schemas": .object([
                    "Problem": .object([
                        "type": .text("object"), "description": .text("RFC 9457"),
                        "properties": .object([
                            "type": .object(["type": .text("string")]), "title": .object(["type": .text("string")]),
                            "status": .object(["type": .text("integer")]),
                            "fields": .object([
                                "type": .text("object"), "description": .text("What is wrong, by the field's name"),
                                "additionalProperties": .object(["type": .text("string")]),
                            ]),
                        ]),
                        "required": .list([.text("status"), .text("title")]),
                    ])
                ]),
            ]),
            "paths": .object(paths),
        ])
    }

    /// What every refusal is described as.
    private static let problemAnswer = JSONValue.object([
        "description": .text("A problem, in words"),
        "content": .object([
            "application/problem+json": .object([
                "schema": .object(["$ref": .text("#/components/schemas/Problem")])
            ])
        ]),
    ])

    /// What a file of this media type is described as.
    private static func file(_ type: String) -> JSONValue {
        .object(["type": .text("string"), "contentMediaType": .text(type)])
    }

    /// A request that changes nothing.
    private func operation(
        _ path: String, _ permission: Permission, query: [FormField], answer: [String: JSONValue?]
    ) -> JSONValue { .object(operation(path, permission, query: query, answer: answer, isDeed: false)) }

    /// A request with its parameters, answers, and the roles that may.
    private func operation(
        _ path: String, _ permission: Permission, query: [FormField], answer: [String: JSONValue?], isDeed: Bool
    ) -> [String: JSONValue] {
        let roles = StaffRole.allCases.filter { $0.may(permission) }.map(\.rawValue).joined(separator: ", ")
        var parameters = parameters(of: path, query)
        if isDeed {
            parameters.append(
                .object([
                    "name": .text("Idempotency-Key"), "in": .text("header"), "required": .flag(false),
                    "schema": .object(["type": .text("string"), "pattern": .text("^[!-~]{1,100}$")]),
                ]))
        }
        var responses: [String: JSONValue] = [
            "200": .object([
                "description": .text(isDeed ? "Done" : "As it stands"),
                "content": .object(
                    Dictionary(
                        uniqueKeysWithValues: answer.map { type, schema in
                            (type, .object(["schema": schema ?? APIDescription.file(type)]))
                        })),
            ])
        ]
        let usual = [400, 401, 403, 404, 422, 429, 500, 503]
        for status in isDeed ? usual + [409, 413, 415] : usual {
            responses["\(status)"] = APIDescription.problemAnswer
        }
        return [
            "description": .text("Roles: \(roles)"), "parameters": .list(parameters), "responses": .object(responses),
        ]
    }

    /// What stands in an address: numbers, and names of ours.
    private func parameters(of path: String, _ query: [FormField]) -> [JSONValue] {
        let named: Set = ["member", "client", "point", "guide", "name"]
        let inPath = path.split(separator: "/").filter { $0.hasPrefix("{") }.map { part -> JSONValue in
            let name = String(part.dropFirst().dropLast())
            let schema: [String: JSONValue] =
                named.contains(name)
                ? ["type": .text("string"), "pattern": .text("^[A-Za-z0-9.-]{1,64}$")]
                : ["type": .text("integer"), "minimum": .number(1), "maximum": .number(1_000_000_000)]
            return .object([
                "name": .text(name), "in": .text("path"), "required": .flag(true), "schema": .object(schema),
            ])
        }
        return inPath
            + query.map {
                .object([
                    "name": .text($0.name), "in": .text("query"), "required": .flag(false), "schema": schema($0),
                ])
            }
    }

    /// What an action answers programs with: a message, with what it says beside it, or in its place something that is shown this
    /// once.
    private func answer(of action: ConsoleAction) throws -> JSONValue {
        let shown = try action.shows.map { try ModelType(of: $0.model).schema }
        guard case .object(let fields) = try ModelType(of: action.answer) else {
            throw ModelError(description: "The answer of \(action.path) is no object.")
        }
        let told = ModelType.schema(of: fields + [ModelType.Field(name: "message", type: .text)])
        let all = shown.isEmpty || !fields.isEmpty ? shown + [told] : shown
        return all.count == 1 ? all[0] : .object(["anyOf": .list(all)])
    }

    /// The one request whose body is a file.
    private func rollUpload() throws -> [String: JSONValue] {
        let query = [FormField("valid", .flag, isRequired: false)]
        var operation = operation(
            RollUpload.path, .changeRoll, query: query, answer: [:], isDeed: false)
        var responses = Dictionary(
            uniqueKeysWithValues: [400, 401, 403, 409, 413, 415, 422, 429, 500, 503].map {
                ("\($0)", APIDescription.problemAnswer)
            })
        responses["202"] = .object([
            "description": .text("It is being read: GET /roll tells how it goes on"),
            "content": .object([
                "application/json": .object(["schema": try ModelType(of: RollUpload.Begun.self).schema])
            ]),
        ])
        operation["responses"] = .object(responses)
        operation["summary"] = .text(text("roll.upload", .en))
        operation["requestBody"] = .object([
            "required": .flag(true),
            "content": .object(
                Dictionary(
                    uniqueKeysWithValues:
                        RollUpload.types.map { ($0.type, .object(["schema": APIDescription.file($0.type)])) })),
        ])
        return operation
    }

    /// - Parameter open: whether further fields may be asked for, by what the roll holds.
    private func body(_ fields: [FormField], open: Bool) -> JSONValue {
        var all = fields
        if open, election.access.challenge != nil, fields.contains(where: { $0.name == "check" }) {
            all.append(FormField("answer", .text(maximum: 200), isRequired: false))
        }
        let schema = JSONValue.object([
            "type": .text("object"), "additionalProperties": .flag(false),
            "properties": .object(Dictionary(all.map { ($0.name, self.schema($0)) }, uniquingKeysWith: { $1 })),
            "required": .list(fields.filter(\.isRequired).map { .text($0.name) }),
        ])
        return .object([
            "required": .flag(!fields.isEmpty), "content": .object(["application/json": .object(["schema": schema])]),
        ])
    }

    /// What a field takes, as a JSON schema.
    private func schema(_ field: FormField) -> JSONValue {
        let least = JSONValue.number(field.isRequired ? 1 : 0)
        return switch field.kind {
        case .text(let maximum):
            .object([
                "type": .text("string"), "minLength": least, "maxLength": .number(maximum),
            ])
        case .long(let maximum):
            .object(["type": .text("string"), "minLength": least, "maxLength": .number(maximum)])
        case .choice where field.isOpen: .object(["type": .text("string"), "minLength": least])
        case .choice(let values): .object(["type": .text("string"), "enum": .list(values.map { .text($0) })])
        case .hidden: .object(["type": .text("string")])
        case .flag: .object(["type": .text("boolean")])
        case .date: .object(["type": .text("string"), "format": .text("date")])
        case .number(let range):
            .object([
                "type": .text("integer"), "minimum": .number(range.lowerBound), "maximum": .number(range.upperBound),
            ])
        }
    }
}
