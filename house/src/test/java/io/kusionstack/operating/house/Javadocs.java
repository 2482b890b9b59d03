package io.kusionstack.operating.house;

import com.sun.source.tree.ClassTree;
import com.sun.source.tree.Tree;
import java.util.ArrayList;
import java.util.List;
import javax.lang.model.element.Modifier;

/** Public types have Javadoc, in plugin-api nested ones as well, and each package of plugin-api shows an example. */
final class Javadocs {

    private static final String API = "plugin-api/";
    private static final List<String> EXAMPLES = List.of("{@snippet", "<pre>{@code");

    private Javadocs() {}

    static List<Finding> findings(JavaSource source) {
        List<Finding> findings = new ArrayList<>();
        if (!source.isMain()) {
            return findings;
        }
        boolean isApi = source.path().startsWith(API);
        source.topLevelClasses().forEach(type -> look(source, type, isApi, findings));
        if (isApi
                && source.path().endsWith("/package-info.java")
                && EXAMPLES.stream().noneMatch(source.text()::contains)) {
            findings.add(source.finding(
                    1, "the package has no example", "Show in {@snippet ...} or <pre>{@code ...} how it is used"));
        }
        return findings;
    }

    private static void look(JavaSource source, ClassTree type, boolean isApi, List<Finding> findings) {
        if (type.getModifiers().getFlags().contains(Modifier.PUBLIC) && !hasJavadoc(source, type)) {
            findings.add(source.finding(
                    type,
                    type.getSimpleName() + " is public and has no Javadoc",
                    "Begin with its promise; then units, threads and failures"));
        }
        if (isApi) {
            type.getMembers().stream()
                    .filter(ClassTree.class::isInstance)
                    .map(ClassTree.class::cast)
                    .filter(nested -> isPublic(type, nested) && !hasJavadoc(source, nested))
                    .forEach(nested -> findings.add(source.finding(
                            nested,
                            nested.getSimpleName() + " is public and has no Javadoc",
                            "Say what it is, for the author of a plugin")));
        }
    }

    private static boolean isPublic(ClassTree outer, ClassTree nested) {
        return outer.getKind() == Tree.Kind.INTERFACE
                || nested.getModifiers().getFlags().contains(Modifier.PUBLIC);
    }

    private static boolean hasJavadoc(JavaSource source, ClassTree type) {
        String before = source.text()
                .substring(0, (int) source.positions().getStartPosition(source.tree(), type))
                .stripTrailing();
        // a comment may hold another "/*", but no earlier end
        int open = before.indexOf("/*", before.lastIndexOf("*/", before.length() - 3) + 1);
        return before.endsWith("*/") && open >= 0 && before.startsWith("/**", open);
    }
}
