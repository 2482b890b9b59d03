package io.kusionstack.operating.house;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.io.StringWriter;
import java.net.URI;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileManager;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;

/** A few lines of Java that break a rule, compiled into a folder of their own, in the rooms that they name. */
final class Fixture {

    private static final Pattern PACKAGE = Pattern.compile("package ([\\w.]+);");
    private static final Pattern TYPE = Pattern.compile("(?:class|interface|record|enum) (\\w+)");

    private static final JavaCompiler COMPILER = ToolProvider.getSystemJavaCompiler();
    // shared, because opening every library anew takes most of the time
    private static final JavaFileManager LIBRARIES = COMPILER.getStandardFileManager(null, null, null);

    private Fixture() {}

    /** Compiles one file per text; in these, {@code B} stands for the base package. */
    static JavaClasses compiled(Path folder, String... texts) {
        StringWriter messages = new StringWriter();
        List<JavaFileObject> files = Arrays.stream(texts).map(Fixture::file).toList();
        boolean compiles = COMPILER.getTask(
                        messages,
                        LIBRARIES,
                        null,
                        List.of("-proc:none", "-implicit:none", "-d", folder.toString()),
                        null,
                        files)
                .call();
        assertThat(compiles).as(messages.toString()).isTrue();
        return new ClassFileImporter().importPath(folder);
    }

    private static JavaFileObject file(String text) {
        return new Source(text.replaceAll("\\bB\\.", "io.kusionstack.operating."));
    }

    private static String path(String text) {
        return "%s/%s.java".formatted(first(PACKAGE, text).replace('.', '/'), first(TYPE, text));
    }

    private static String first(Pattern pattern, String text) {
        return pattern.matcher(text)
                .results()
                .map((MatchResult found) -> found.group(1))
                .findFirst()
                .orElseThrow();
    }

    private static final class Source extends SimpleJavaFileObject {

        private final String text;

        Source(String text) {
            super(URI.create("string:///" + path(text)), Kind.SOURCE);
            this.text = text;
        }

        @Override
        public CharSequence getCharContent(boolean ignoreEncodingErrors) {
            return text;
        }
    }
}
