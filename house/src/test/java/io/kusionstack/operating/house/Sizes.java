package io.kusionstack.operating.house;

import com.sun.source.tree.ClassTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.Tree;
import com.sun.source.util.TreeScanner;
import java.util.ArrayList;
import java.util.List;

/** No file over 400 lines, no method over 40, none with more than 5 parameters (constructors of records apart). */
final class Sizes {

    private static final int FILE_LINES = 400;
    private static final int METHOD_LINES = 40;
    private static final int PARAMETERS = 5;
    private static final String REMEDY = "Find the missing noun and give it a part of the work";

    private Sizes() {}

    static List<Finding> findings(JavaSource source) {
        List<Finding> findings = new ArrayList<>();
        long lines = source.text().lines().count();
        if (lines > FILE_LINES) {
            findings.add(source.finding(
                    FILE_LINES + 1L, "the file has %d lines, at most %d".formatted(lines, FILE_LINES), REMEDY));
        }
        new Methods(source, findings).scan(source.tree(), null);
        return findings;
    }

    private static final class Methods extends TreeScanner<Void, Void> {

        private final JavaSource source;
        private final List<Finding> findings;
        private boolean inRecord;

        Methods(JavaSource source, List<Finding> findings) {
            this.source = source;
            this.findings = findings;
        }

        @Override
        public Void visitClass(ClassTree type, Void nothing) {
            boolean outside = inRecord;
            inRecord = type.getKind() == Tree.Kind.RECORD;
            super.visitClass(type, nothing);
            inRecord = outside;
            return null;
        }

        @Override
        public Void visitMethod(MethodTree method, Void nothing) {
            long lines = source.lastLine(method) - source.firstLine(method) + 1;
            if (lines > METHOD_LINES) {
                find(method, "%d lines, at most %d".formatted(lines, METHOD_LINES));
            }
            int parameters = method.getParameters().size();
            if (parameters > PARAMETERS && !(inRecord && method.getReturnType() == null)) {
                find(method, "%d parameters, at most %d".formatted(parameters, PARAMETERS));
            }
            return super.visitMethod(method, nothing);
        }

        private void find(MethodTree method, String broken) {
            findings.add(source.finding(method, method.getName() + " has " + broken, REMEDY));
        }
    }
}
