package io.kusionstack.operating.testbed.controlplane;

import java.nio.file.Path;
import java.util.concurrent.locks.LockSupport;

/** What the tests of hard ends run in a JVM of its own, to kill it. */
final class Starter {
    private Starter() {}

    /** Words: what to do, and the folder in which to do it. */
    public static void main(String[] words) throws Exception {
        Path folder = Path.of(words[1]);
        switch (words[0]) {
            case "hold" -> {
                try (ControlPlane cluster =
                        ControlPlane.start(ControlPlaneOptions.defaults(), folder.resolve("instance"))) {
                    for (; ; ) {
                        LockSupport.park(cluster);
                    }
                }
            }
            case "stay" ->
                ControlPlane.start(ControlPlaneOptions.defaults(), folder.resolve("instance"))
                        .detach();
            case "build" -> {
                FakeGo go = FakeGo.in(folder.resolve("go"), "go1.26.8", FakeGo.TAKES_FOREVER);
                Binaries.provide(go.environment(folder), GoModule.chosen(), System.err::println);
            }
            default -> throw new IllegalArgumentException(words[0] + " is not known: hold, stay, build");
        }
    }
}
