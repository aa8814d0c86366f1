package next

// net is one hidden layer of rectified units over the features of a candidate and the context; one for visited places, one
// for new ones. Its slices are parts of a vector.
type net struct {
	in           int // features, then context
	w, bias, out []float32
}

// net returns one of the committee.
func (v *vector) net(member int, visited bool) net {
	in, at := numVisited+numContext, atNets+member*(netVisited+netNew)
	if !visited {
		in, at = numNew+numContext, at+netVisited
	}
	rows := at + numHidden*in
	return net{in, v[at:rows], v[rows : rows+numHidden], v[rows+numHidden : rows+2*numHidden]}
}

// nets returns all of them.
func (v *vector) nets() (list [2 * numNets]net) {
	for i := range numNets {
		list[2*i], list[2*i+1] = v.net(i, true), v.net(i, false)
	}
	return list
}

// layer is what each hidden unit has.
type layer [numHidden]float32

// prime returns what the hidden units get from the context.
func (n *net) prime(context *[numContext]float32) (p layer) {
	for i := range p {
		z := n.bias[i]
		for j, w := range n.w[(i+1)*n.in-numContext : (i+1)*n.in] {
			z += w * context[j]
		}
		p[i] = z
	}
	return p
}

// forward returns the output and leaves in hidden what the units give on.
func (n *net) forward(p *layer, f []float32, hidden *layer) (sum float32) {
	for i := range hidden {
		hidden[i] = max(p[i]+dot(f, n.w[i*n.in:]), 0)
		sum += hidden[i] * n.out[i]
	}
	return sum
}

// backward adds the gradient of a loss to grad, given that by the output.
func (n *net) backward(grad *net, g float32, f []float32, context *[numContext]float32, hidden *layer) {
	for i, a := range hidden {
		if a <= 0 {
			continue
		}
		grad.out[i] += g * a
		d := g * n.out[i]
		grad.bias[i] += d
		row := grad.w[i*n.in : (i+1)*n.in]
		for j, v := range f {
			row[j] += d * v
		}
		row = row[len(f):]
		for j, v := range context {
			row[j] += d * v
		}
	}
}
