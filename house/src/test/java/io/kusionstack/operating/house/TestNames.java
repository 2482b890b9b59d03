package io.kusionstack.operating.house;

import com.sun.source.tree.AnnotationTree;
import com.sun.source.tree.ClassTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.ModifiersTree;
import com.sun.source.tree.Tree;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import javax.lang.model.element.Modifier;

/** Every class with tests is found: by surefire (Test), by failsafe (IT), or by JUnit inside of one (Nested). */
final class TestNames {

    private static final Set<String> TESTS =
            Set.of("Test", "ParameterizedTest", "RepeatedTest", "TestFactory", "TestTemplate");

    private TestNames() {}

    static List<Finding> findings(JavaSource source) {
        List<Finding> findings = new ArrayList<>();
        if (!source.isMain()) {
            source.topLevelClasses().forEach(type -> {
                if (hasTests(type) && !isNamedAsTest(type) && isConcrete(type)) {
                    findings.add(skipped(source, type, "Let its name end in Test or IT"));
                }
                members(source, type, findings);
            });
        }
        return findings;
    }

    private static void members(JavaSource source, ClassTree outer, List<Finding> findings) {
        for (Tree member : outer.getMembers()) {
            if (member instanceof ClassTree type) {
                if (hasTests(type) && !annotations(type.getModifiers()).contains("Nested")) {
                    findings.add(skipped(source, type, "Annotate it with @Nested, or give it a file of its own"));
                }
                members(source, type, findings);
            }
        }
    }

    private static Finding skipped(JavaSource source, ClassTree type, String remedy) {
        return source.finding(type, "the tests of " + type.getSimpleName() + " would be skipped", remedy);
    }

    private static boolean hasTests(ClassTree type) {
        return type.getMembers().stream()
                .anyMatch(member -> member instanceof MethodTree method
                                && annotations(method.getModifiers()).stream().anyMatch(TESTS::contains)
                        || member instanceof ClassTree inner && hasTests(inner));
    }

    private static boolean isNamedAsTest(ClassTree type) {
        String name = type.getSimpleName().toString();
        return name.endsWith("Test") || name.endsWith("IT");
    }

    /** Contracts to extend are interfaces or abstract: who extends them carries the name. */
    private static boolean isConcrete(ClassTree type) {
        return type.getKind() != Tree.Kind.INTERFACE
                && !type.getModifiers().getFlags().contains(Modifier.ABSTRACT);
    }

    private static List<String> annotations(ModifiersTree modifiers) {
        return modifiers.getAnnotations().stream()
                .map(AnnotationTree::getAnnotationType)
                .map(Tree::toString)
                .map(name -> name.substring(name.lastIndexOf('.') + 1))
                .toList();
    }
}
