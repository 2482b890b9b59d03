package io.kusionstack.operating.host;

import io.kusionstack.operating.host.config.ConfigLoader;
import io.kusionstack.operating.host.config.ConfigResult;
import io.kusionstack.operating.host.config.HostConfig;
import io.kusionstack.operating.host.plugins.PluginHost;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * The command {@code operating}. Exit status: 143 after a stop that was asked for by SIGTERM, 1 when the host could not start, 2 when
 * the command line or the configuration is wrong.
 */
@Command(
        name = "operating",
        description = "Runs operations on Pods: out of service, touched, back into service.",
        mixinStandardHelpOptions = true,
        versionProvider = Main.Version.class,
        subcommands = {Main.Run.class, Main.CheckConfig.class, Main.PluginDigests.class})
public final class Main {
    static final int FAILED = 1;
    static final int WRONG_INPUT = 2;

    private Main() {}

    /** @param arguments {@code run --config FILE} for example */
    public static void main(String[] arguments) {
        // Read once, when the first server starts: without the first, each answer on a kept connection takes 40 ms.
        System.setProperty("sun.net.httpserver.nodelay", "true");
        System.setProperty("sun.net.httpserver.maxReqTime", "10");
        System.setProperty("sun.net.httpserver.maxRspTime", "30");
        System.exit(execute(arguments));
    }

    static int execute(String... arguments) {
        return new CommandLine(new Main()).execute(arguments);
    }

    private static Optional<HostConfig> load(Path file) {
        return switch (ConfigLoader.ofProcess().load(file)) {
            case ConfigResult.ValidConfig<HostConfig>(HostConfig config) -> Optional.of(config);
            case ConfigResult.InvalidConfig<HostConfig> invalid -> {
                tell(file, invalid.problems());
                yield Optional.empty();
            }
        };
    }

    private static void tell(Path file, List<ConfigResult.Problem> problems) {
        System.err.println(file + " cannot be used, " + problems.size() + " problem(s):");
        problems.forEach(problem -> System.err.println("  " + problem));
    }

    /** Runs until SIGTERM or SIGINT. */
    @Command(name = "run", description = "Runs the host until it is told to stop.", mixinStandardHelpOptions = true)
    static final class Run implements Callable<Integer> {
        @Option(names = "--config", required = true, paramLabel = "FILE", description = "the configuration, see docs")
        private Path config = Path.of("");

        @Override
        public Integer call() throws Exception {
            Optional<HostConfig> loaded = load(config);
            if (loaded.isEmpty()) {
                return WRONG_INPUT;
            }
            LogSetup.apply(loaded.get().log());
            Host host = new Host(loaded.get());
            Thread stop = Thread.ofPlatform().name("stop").unstarted(host::close);
            Runtime.getRuntime().addShutdownHook(stop);
            return host.run() ? 0 : FAILED;
        }
    }

    /** Reads the configuration and tells every problem. */
    @Command(
            name = "check-config",
            description = "Tells every problem of a configuration file and starts nothing.",
            mixinStandardHelpOptions = true)
    static final class CheckConfig implements Callable<Integer> {
        @Option(names = "--config", required = true, paramLabel = "FILE", description = "the configuration, see docs")
        private Path config = Path.of("");

        @Override
        public Integer call() {
            if (load(config).isEmpty()) {
                return WRONG_INPUT;
            }
            System.out.println(config + " is valid");
            return 0;
        }
    }

    /** Prints what to write under {@code plugins.allowed}. */
    @Command(
            name = "plugin-digests",
            description = "Prints plugins.allowed for the jars of a folder. Look first where they come from.",
            mixinStandardHelpOptions = true)
    static final class PluginDigests implements Callable<Integer> {
        @Parameters(paramLabel = "DIR", description = "the folder with the jars")
        private Path folder = Path.of("");

        @Override
        public Integer call() {
            try {
                System.out.print(PluginHost.allowed(folder));
                return 0;
            } catch (IOException e) {
                System.err.println(folder + " cannot be read: " + e);
                return WRONG_INPUT;
            }
        }
    }

    /** The version in the manifest of the jar. */
    static final class Version implements IVersionProvider {
        @Override
        public String[] getVersion() {
            return new String[] {"operating " + text()};
        }

        static String text() {
            return Optional.ofNullable(Main.class.getPackage().getImplementationVersion())
                    .orElse("unpackaged");
        }
    }
}
