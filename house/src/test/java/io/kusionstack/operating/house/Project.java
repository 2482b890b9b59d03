package io.kusionstack.operating.house;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** The project as it lies on the disk: its modules in the order of the parent pom, their classes and their files. */
record Project(Path root, List<String> modules) {

    private static final Set<String> NOT_OURS = Set.of("target", "node_modules");
    private static final List<String> ENDINGS =
            List.of(".java", ".xml", ".md", ".sh", ".go", ".yaml", ".yml", ".properties", ".json", "dev");

    Project {
        modules = List.copyOf(modules);
    }

    /** Surefire starts in the module's folder; the parent pom lies one above. */
    static Project here() {
        Path root = Path.of("").toAbsolutePath().getParent();
        return new Project(root, Pom.read(root.resolve("pom.xml")).modules());
    }

    JavaClasses mainClasses() {
        return new ClassFileImporter()
                .importPaths(modules.stream()
                        .map(module -> root.resolve(module).resolve("target/classes"))
                        .filter(Files::isDirectory)
                        .toList());
    }

    /** Modules with sources and without classes: rules over classes would pass them unseen. */
    List<String> modulesNotBuilt() {
        return modules.stream()
                .filter(module -> Files.isDirectory(root.resolve(module).resolve("src/main/java")))
                .filter(module -> !Files.isDirectory(root.resolve(module).resolve("target/classes")))
                .toList();
    }

    List<JavaSource> sources() {
        return JavaSource.read(
                root,
                files().stream()
                        .filter(file -> file.toString().endsWith(".java"))
                        .toList());
    }

    List<Pom> poms() {
        return files().stream()
                .filter(file -> file.getFileName().toString().equals("pom.xml"))
                .map(Pom::read)
                .toList();
    }

    /** All text files under version control, as far as their names tell: no build output, nothing hidden. */
    List<Path> files() {
        List<Path> files = new ArrayList<>();
        try {
            Files.walkFileTree(root, new Collector(files));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        files.sort(null);
        return files;
    }

    private static final class Collector extends SimpleFileVisitor<Path> {

        private final List<Path> files;

        Collector(List<Path> files) {
            this.files = files;
        }

        @Override
        public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
            String name = folder.getFileName().toString();
            return NOT_OURS.contains(name) || name.startsWith(".") && name.length() > 1
                    ? FileVisitResult.SKIP_SUBTREE
                    : FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            if (attributes.isRegularFile() && ENDINGS.stream().anyMatch(file.toString()::endsWith)) {
                files.add(file);
            }
            return FileVisitResult.CONTINUE;
        }
    }
}
