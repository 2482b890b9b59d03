package io.kusionstack.operating.house;

import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.Tree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.SourcePositions;
import com.sun.source.util.Trees;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;

/** A Java file, parsed and not compiled: its text, its tree, and which line a part of the tree stands on. */
record JavaSource(String path, String text, CompilationUnitTree tree, SourcePositions positions) {

    static JavaSource of(String path, String text) {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        JavacTask task = (JavacTask) compiler.getTask(
                null, null, diagnostic -> {}, List.of("-proc:none"), null, List.of(new Text(path, text)));
        try {
            CompilationUnitTree tree = task.parse().iterator().next();
            return new JavaSource(path, text, tree, Trees.instance(task).getSourcePositions());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static JavaSource read(Path root, Path file) {
        try {
            return of(root.relativize(file).toString().replace('\\', '/'), Files.readString(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    boolean isMain() {
        return path.contains("src/main/java/");
    }

    /** The file's name without its ending, which for our files is the name of its class. */
    String name() {
        return path.substring(path.lastIndexOf('/') + 1).replace(".java", "");
    }

    Stream<ClassTree> topLevelClasses() {
        return tree.getTypeDecls().stream().filter(ClassTree.class::isInstance).map(ClassTree.class::cast);
    }

    long firstLine(Tree part) {
        return tree.getLineMap().getLineNumber(positions.getStartPosition(tree, part));
    }

    long lastLine(Tree part) {
        return tree.getLineMap().getLineNumber(positions.getEndPosition(tree, part));
    }

    Finding finding(Tree part, String broken, String remedy) {
        return finding(firstLine(part), broken, remedy);
    }

    Finding finding(long line, String broken, String remedy) {
        return new Finding(path + ":" + line, broken, remedy);
    }

    private static final class Text extends SimpleJavaFileObject {

        private final String text;

        Text(String path, String text) {
            super(URI.create("string:///" + path), Kind.SOURCE);
            this.text = text;
        }

        @Override
        public CharSequence getCharContent(boolean ignoreEncodingErrors) {
            return text;
        }
    }
}
