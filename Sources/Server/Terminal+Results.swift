import CommandLineKit
import Elections
package import Tally

extension Terminal {
    /// Prints results as tables.
    package static func results(_ results: [BallotResult]) {
        for result in results {
            say("\n\(result.ballot.title.fr)")
            let weight = result.weight == result.counted ? "" : ", weight \(result.weight)"
            say("  \(result.counted) of \(count(result.electors, "elector")) voted\(weight)")
            for answered in result.questions {
                table(
                    [answered.question.title.fr, "votes"],
                    answered.lines.map { [$0.answer.fr, "\($0.votes)"] }
                        + (answered.blank.map { [["(blank)", "\($0)"]] } ?? []), numbers: [1])
            }
        }
    }
}
