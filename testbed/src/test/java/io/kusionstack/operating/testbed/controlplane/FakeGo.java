package io.kusionstack.operating.testbed.controlplane;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** A folder for the PATH with a "go" that makes empty programs at once, and remembers how often it built. */
final class FakeGo {
    static final String WORKS = "";
    static final String DISK_FULL = "echo 'write /out/kube-scheduler: no space left on device' >&2; exit 1";
    static final String TAKES_FOREVER = "sh -c 'sleep 300; :' \"$0-compiler\" & wait";

    private final Path folder;

    private FakeGo(Path folder) {
        this.folder = folder;
    }

    /** One that answers as that version and, building Kubernetes, does so after its first program. */
    static FakeGo in(Path folder, String version, String afterTheFirst) throws IOException {
        Files.createDirectories(folder);
        Path go = folder.resolve("go");
        Files.writeString(go, """
                #!/bin/sh
                if [ "$1" = version ]; then
                  echo "go version %s test/test"
                  exit 0
                fi
                echo build >>"$0.builds"
                while [ $# -gt 0 ]; do
                  [ "$1" != -o ] || out=$2
                  shift
                done
                program() {
                  : >"$1"
                  chmod +x "$1"
                }
                case $out in
                  */)
                    program "${out}kube-apiserver"
                    %s
                    program "${out}kube-controller-manager"
                    program "${out}kube-scheduler"
                    ;;
                  *) program "$out" ;;
                esac
                """.formatted(version, afterTheFirst));
        if (!go.toFile().setExecutable(true)) {
            throw new IOException(go + " cannot be made executable");
        }
        return new FakeGo(folder);
    }

    /** An environment in which this is the only Go, and the cache is empty at first. */
    Environment environment(Path cache) {
        return new Environment(Map.of("PATH", folder.toString(), "XDG_CACHE_HOME", cache.toString()));
    }

    /** How often it was asked to build: twice for a control plane. */
    int builds() throws IOException {
        Path calls = folder.resolve("go.builds");
        return Files.exists(calls) ? List.copyOf(Files.readAllLines(calls)).size() : 0;
    }
}
