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
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;

/** A Java file, parsed and not compiled: its text, its tree, and which line a part of the tree stands on. */
record JavaSource(String path, String text, CompilationUnitTree tree, SourcePositions positions) {

    static JavaSource of(String path, String text) {
        return parsed(List.of(new Text(path, text))).getFirst();
    }

    /** Parses all files at once: starting the compiler for each takes longer than its work. */
    static List<JavaSource> read(Path root, List<Path> files) {
        return parsed(files.stream()
                .map(file -> new Text(root.relativize(file).toString().replace('\\', '/'), readString(file)))
                .toList());
    }

    private static List<JavaSource> parsed(List<Text> texts) {
        JavacTask task = (JavacTask) ToolProvider.getSystemJavaCompiler()
                .getTask(null, null, diagnostic -> {}, List.of("-proc:none"), null, texts);
        SourcePositions positions = Trees.instance(task).getSourcePositions();
        List<JavaSource> sources = new ArrayList<>();
        try {
            for (CompilationUnitTree tree : task.parse()) {
                JavaFileObject file = tree.getSourceFile();
                String path = file.getName().substring(1);
                sources.add(new JavaSource(path, file.getCharContent(true).toString(), tree, positions));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return sources;
    }

    private static String readString(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    boolean isMain() {
        return path.contains("src/main/java/");
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
