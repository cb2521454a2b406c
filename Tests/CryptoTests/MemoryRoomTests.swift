import Crypto
import Testing

struct MemoryRoomTests {
    private static let machine = "MemTotal: 8000 kB\nMemFree: 10 kB\nMemAvailable:    4000 kB\nSwapFree: 96 kB\n"

    private func free(_ files: [String: String]) -> Int? { MemoryRoom { files[$0] }.free }

    @Test func `what is free is what the machine has, swap included`() {
        #expect(free(["/proc/meminfo": Self.machine]) == 4096 << 10)
        #expect(free([:]) == nil)
    }

    @Test func `the tightest control group counts, without the files that were read`() {
        var files = [
            "/proc/meminfo": Self.machine, "/proc/self/cgroup": "1:name=x:/\n0::/system.slice/isoloir.service\n",
            "/sys/fs/cgroup/system.slice/isoloir.service/memory.max": "max\n",
            "/sys/fs/cgroup/system.slice/isoloir.service/memory.current": "500000\n",
        ]
        #expect(free(files) == 4096 << 10)
        files["/sys/fs/cgroup/system.slice/isoloir.service/memory.max"] = "1000000\n"
        #expect(free(files) == 500_000)
        files["/sys/fs/cgroup/system.slice/isoloir.service/memory.stat"] =
            "anon 1\ninactive_file 200000\nactive_file 7\n"
        #expect(free(files) == 700_000)
        files["/sys/fs/cgroup/system.slice/memory.max"] = "600000"
        files["/sys/fs/cgroup/system.slice/memory.current"] = "590000"
        #expect(free(files) == 10_000)
        // More in use than a limit that was lowered.
        files["/sys/fs/cgroup/system.slice/memory.current"] = "690000"
        #expect(free(files) == 0)
    }

    @Test func `a trial tells whether all hashes at once find their memory`() {
        let modest = PassphraseHasher(cost: .init(passes: 1, mebibytes: 1), threads: 3)
        #expect(modest.rehearse() && modest.mebibytes == 3)
        // 3 TiB each: no machine gives them.
        #expect(!PassphraseHasher(cost: .init(passes: 1, mebibytes: 3 << 20), threads: 2).rehearse())
    }
}
