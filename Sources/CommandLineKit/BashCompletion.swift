/// Completion for bash: the commands' words, then each one's options; files everywhere else.
struct BashCompletion {
    private let table: CommandTable

    init(_ table: CommandTable) { self.table = table }

    var text: String {
        let groups = Dictionary(grouping: table.commands) { String($0.path.prefix { $0 != " " }) }
        let seconds = groups.keys.sorted().compactMap { first -> String? in
            let words = (groups[first] ?? []).compactMap { $0.path.split(separator: " ").dropFirst().first }
            return words.isEmpty ? nil : "        \(first)) words=\"\(words.joined(separator: " "))\" ;;"
        }
        let options = table.commands.filter { !$0.options.isEmpty }.map { command in
            "        \"\(command.path)\") options+=\" \(command.options.map(\.name).joined(separator: " "))\" ;;"
        }
        let all = table.commands.flatMap(\.options) + table.common
        let valued = Set(all.filter { $0.value != nil && $0.choices == nil }.map(\.name)).sorted()
        let chosen = Dictionary(grouping: all.filter { $0.choices != nil }, by: \.name).sorted { $0.key < $1.key }
            .map { name, options in
                let words = Set(options.flatMap { $0.choices ?? [] }).sorted().joined(separator: " ")
                return "        \(name)) mapfile -t COMPREPLY < <(compgen -W \"\(words)\" -- \"$word\"); return ;;"
            }
        return """
            # Completion of isoloir for bash, made by `isoloir completion`.
            _isoloir() {
                local word="${COMP_WORDS[COMP_CWORD]}" before="${COMP_WORDS[COMP_CWORD-1]}" words="" path options
                COMPREPLY=()
                if [ "$COMP_CWORD" -eq 1 ]; then
                    mapfile -t COMPREPLY < <(compgen -W "\((groups.keys.sorted() + ["help"]).joined(separator: " "))" -- "$word")
                    return
                fi
                case "${COMP_WORDS[1]}" in
            \(seconds.joined(separator: "\n"))
                esac
                if [ -n "$words" ] && [ "$COMP_CWORD" -eq 2 ] && [[ "$word" != -* ]]; then
                    mapfile -t COMPREPLY < <(compgen -W "$words" -- "$word")
                    return
                fi
                case "$before" in
            \(chosen.joined(separator: "\n"))
                    \(valued.joined(separator: "|"))) mapfile -t COMPREPLY < <(compgen -f -- "$word"); return ;;
                esac
                if [[ "$word" != -* ]]; then
                    mapfile -t COMPREPLY < <(compgen -f -- "$word")
                    return
                fi
                path="${COMP_WORDS[1]}"
                [ -z "$words" ] || path+=" ${COMP_WORDS[2]}"
                options="\(table.common.map(\.name).joined(separator: " "))"
                case "$path" in
            \(options.joined(separator: "\n"))
                esac
                mapfile -t COMPREPLY < <(compgen -W "$options" -- "$word")
            }
            complete -o filenames -F _isoloir isoloir
            """
    }
}
