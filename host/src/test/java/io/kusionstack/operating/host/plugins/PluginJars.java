package io.kusionstack.operating.host.plugins;

import static org.assertj.core.api.Assertions.assertThat;

import io.kusionstack.operating.host.config.HostConfig;
import java.io.IOException;
import java.io.OutputStream;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;

/** Builds small plugin jars from source text, so that their classes exist nowhere but in the jar. */
final class PluginJars {
    private static final Pattern CLASS = Pattern.compile("(?:class|record) (\\w+)");

    private final Path folder;
    private final Path work;

    PluginJars(Path folder, Path work) {
        this.folder = folder;
        this.work = work;
    }

    /** Settings of a host that loads no jar. */
    static HostConfig.Plugins settings(Duration callTimeout, int callsInFlight) {
        return new HostConfig.Plugins(
                Optional.empty(), Map.of(), false, Map.of(), List.of(), callTimeout, callsInFlight, callTimeout);
    }

    /** What to change of a jar that is as it should be. */
    static final class Recipe {
        private String id = "sample";
        private String requires = ">=1.0.0 & <2.0.0";
        private String more = "";
        private List<String> extensions = List.of("acme.SampleProvider");
        private final List<String> sources = new ArrayList<>();

        Recipe id(String id) {
            this.id = id;
            return this;
        }

        Recipe requires(String requires) {
            this.requires = requires;
            return this;
        }

        /** One more line of the manifest. */
        Recipe line(String more) {
            this.more = more;
            return this;
        }

        Recipe extensions(String... names) {
            extensions = List.of(names);
            return this;
        }

        Recipe source(String source) {
            sources.add(source);
            return this;
        }
    }

    /** A rule whose provider and rule have the given bodies of members in place of the usual ones. */
    static String rule(String name, String judge) {
        return """
                package acme;

                import io.kusionstack.operating.plugin.*;
                import io.kusionstack.operating.plugin.rule.*;
                import java.time.Duration;
                import java.util.*;

                public class SampleProvider implements TransitionRuleProvider<SampleProvider.Config> {
                    public record Config(Optional<String> window) {}
                    public String name() { return "%s"; }
                    public Class<Config> configType() { return Config.class; }
                    public TransitionRule create(Config config, PluginContext context) {
                        return request -> { %s };
                    }
                }
                """.formatted(name, judge);
    }

    /** Lets every Pod pass. */
    static final String PASS = """
            Map<PodRef, Verdict> verdicts = new HashMap<>();
            request.waiting().forEach(pod -> verdicts.put(pod.ref(), Verdict.pass()));
            return new RuleResponse(verdicts, Map.of());
            """;

    static Recipe sample(String name, String judge) {
        return new Recipe().source(rule(name, judge));
    }

    static Recipe broken(String constructor) {
        String source = rule("broken", PASS)
                .replace(
                        "public String name()",
                        "public SampleProvider() { if (true) { " + constructor + " } }\n" + "    public String name()");
        return new Recipe().id("broken").source(source);
    }

    Path build(String file, Recipe recipe) {
        try {
            Path classes = Files.createTempDirectory(work, "classes");
            compile(classes, recipe.sources);
            Path jar = folder.resolve(file);
            try (OutputStream out = Files.newOutputStream(jar);
                    JarOutputStream entries = new JarOutputStream(out, manifest(recipe))) {
                entries.putNextEntry(new JarEntry("META-INF/extensions.idx"));
                entries.write(String.join("\n", recipe.extensions).getBytes(StandardCharsets.UTF_8));
                try (Stream<Path> files = Files.walk(classes)) {
                    for (Path found : files.filter(Files::isRegularFile).toList()) {
                        entries.putNextEntry(
                                new JarEntry(classes.relativize(found).toString()));
                        Files.copy(found, entries);
                    }
                }
            }
            return jar;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Manifest manifest(Recipe recipe) {
        Manifest manifest = new Manifest();
        Attributes main = manifest.getMainAttributes();
        main.put(Attributes.Name.MANIFEST_VERSION, "1.0");
        main.putValue("Plugin-Id", recipe.id);
        main.putValue("Plugin-Version", "1.2.3");
        if (!recipe.requires.isEmpty()) {
            main.putValue("Plugin-Requires", recipe.requires);
        }
        if (!recipe.more.isEmpty()) {
            String[] parts = recipe.more.split(": ", 2);
            main.putValue(parts[0], parts[1]);
        }
        return manifest;
    }

    private static void compile(Path classes, List<String> sources) {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        List<JavaFileObject> files = sources.stream()
                .map(Source::new)
                .map(JavaFileObject.class::cast)
                .toList();
        StringWriter said = new StringWriter();
        boolean isWell = compiler.getTask(
                        said,
                        null,
                        null,
                        List.of("-d", classes.toString(), "-proc:none", "-cp", System.getProperty("java.class.path")),
                        null,
                        files)
                .call();
        assertThat(isWell).as(said.toString()).isTrue();
    }

    private static final class Source extends SimpleJavaFileObject {
        private final String text;

        Source(String text) {
            super(URI.create("string:///acme/" + name(text) + ".java"), Kind.SOURCE);
            this.text = text;
        }

        private static String name(String text) {
            Matcher first = CLASS.matcher(text);
            assertThat(first.find()).isTrue();
            return first.group(1);
        }

        @Override
        public CharSequence getCharContent(boolean ignoreEncodingErrors) {
            return text;
        }
    }
}
