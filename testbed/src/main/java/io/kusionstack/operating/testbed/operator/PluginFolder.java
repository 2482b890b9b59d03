package io.kusionstack.operating.testbed.operator;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.jar.JarFile;
import java.util.jar.Manifest;
import java.util.stream.Stream;

/**
 * A folder of plugin jars for one operator, so that jars can be added to those of a distribution without touching it.
 *
 * @param folder where the jars are
 */
public record PluginFolder(Path folder) {
    /** Makes an empty folder. */
    public static PluginFolder at(Path folder) {
        try {
            return new PluginFolder(Files.createDirectories(folder));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Adds a copy of a jar, or of all jars of a folder; a folder that is not there has none. */
    public PluginFolder add(Path jarOrFolder) {
        jars(jarOrFolder).forEach(this::copy);
        return this;
    }

    /** The section {@code plugins} of the operator's configuration: this folder, and every jar in it allowed by its digest. */
    public ObjectNode section() {
        ObjectNode section = JsonNodeFactory.instance.objectNode();
        section.put("directory", folder.toString());
        ObjectNode allowed = section.putObject("allowed");
        jars(folder).forEach(jar -> allowed.put(id(jar), digest(jar)));
        return section;
    }

    /** As its manifest says; the file's name where it says nothing, as no plugin would. */
    private static String id(Path jar) {
        try (JarFile file = new JarFile(jar.toFile())) {
            Manifest manifest = file.getManifest();
            String id = manifest == null ? null : manifest.getMainAttributes().getValue("Plugin-Id");
            return id == null ? jar.getFileName().toString() : id;
        } catch (IOException broken) {
            return jar.getFileName().toString();
        }
    }

    private void copy(Path jar) {
        try {
            Files.copy(jar, folder.resolve(jar.getFileName()), StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<Path> jars(Path jarOrFolder) {
        if (!Files.isDirectory(jarOrFolder)) {
            return Files.exists(jarOrFolder) ? List.of(jarOrFolder) : List.of();
        }
        try (Stream<Path> files = Files.list(jarOrFolder)) {
            return files.filter(file -> file.toString().endsWith(".jar"))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String digest(Path jar) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(jar)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
