package io.kusionstack.operating.testbed.controlplane;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What the machine tells by its environment variables; the only place of the testbed that reads them.
 *
 * @param variables the variables, as the process has them
 */
record Environment(Map<String, String> variables) {
    Environment {
        variables = Map.copyOf(variables);
    }

    static Environment ofProcess() {
        return new Environment(System.getenv());
    }

    /** The folder of ready-made programs, if the user named one. */
    Optional<Path> assets() {
        return value("KUBEBUILDER_ASSETS").map(Path::of);
    }

    /** The project's folder for what can be made again: {@code ${XDG_CACHE_HOME:-~/.cache}/operating}. */
    Path cache() {
        Path home = value("XDG_CACHE_HOME")
                .map(Path::of)
                .orElseGet(() -> Path.of(value("HOME").orElse(System.getProperty("user.home")), ".cache"));
        return home.resolve("operating");
    }

    /** A program on the PATH. */
    Optional<Path> program(String name) {
        return Pattern.compile(File.pathSeparator, Pattern.LITERAL)
                .splitAsStream(value("PATH").orElse(""))
                .filter(folder -> !folder.isEmpty())
                .map(folder -> Path.of(folder, name))
                .filter(Files::isExecutable)
                .findFirst();
    }

    /** Operating system and processor as Go names them, for example {@code linux-amd64}. */
    static String platform() {
        String system = System.getProperty("os.name").toLowerCase(Locale.ROOT).startsWith("mac") ? "darwin" : "linux";
        String processor = System.getProperty("os.arch").equals("aarch64") ? "arm64" : "amd64";
        return system + "-" + processor;
    }

    private Optional<String> value(String name) {
        return Optional.ofNullable(variables.get(name)).filter(value -> !value.isBlank());
    }
}
